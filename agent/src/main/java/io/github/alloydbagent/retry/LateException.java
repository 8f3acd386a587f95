package io.github.alloydbagent.retry;

import org.jspecify.annotations.Nullable;

/** No value by a caller's deadline; the cause is the last failure, if there was one. */
public final class LateException extends Exception {
  private static final long serialVersionUID = 1L;

  private final long timeoutMillis;
  private final long agoMillis;
  private final long nextMillis;

  LateException(
      long timeoutMillis, @Nullable Throwable lastFailure, long agoMillis, long nextMillis) {
    super("no value within " + timeoutMillis + " ms", lastFailure);
    this.timeoutMillis = timeoutMillis;
    this.agoMillis = agoMillis;
    this.nextMillis = nextMillis;
  }

  /** The time that the caller allowed, in milliseconds. */
  public long timeoutMillis() {
    return timeoutMillis;
  }

  /** How long ago the last failure was, in milliseconds. */
  public long agoMillis() {
    return agoMillis;
  }

  /** In how many milliseconds the next fetch starts; 0 if one is in flight. */
  public long nextMillis() {
    return nextMillis;
  }
}
