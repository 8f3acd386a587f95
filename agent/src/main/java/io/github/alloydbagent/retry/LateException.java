package io.github.alloydbagent.retry;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a caller's deadline passes, or is certain to pass, without a value. The cause is the
 * last failure, if any.
 */
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

  /** Returns the timeout of the caller, in milliseconds; 0 if it had none. */
  public long timeoutMillis() {
    return timeoutMillis;
  }

  /** Returns the time since the last failure, in milliseconds. */
  public long agoMillis() {
    return agoMillis;
  }

  /** Returns the milliseconds until the next fetch starts; 0 if one is in flight. */
  public long nextMillis() {
    return nextMillis;
  }
}
