package io.github.alloydbagent.util;

/** An exception that knows the {@link ErrorCode} of its cause. */
public interface Coded {
  ErrorCode errorCode();
}
