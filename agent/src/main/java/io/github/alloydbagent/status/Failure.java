package io.github.alloydbagent.status;

/** A failure: its message, when it occurred first and last, and how often. Immutable. */
public final class Failure {
  private final String message;
  private final long firstMillis;
  private final long millis;
  private final long times;

  Failure(String message, long firstMillis, long millis, long times) {
    this.message = message;
    this.firstMillis = firstMillis;
    this.millis = millis;
    this.times = times;
  }

  public String message() {
    return message;
  }

  /** Returns when it occurred first, in milliseconds of the wall clock. */
  public long firstMillis() {
    return firstMillis;
  }

  /** Returns when it occurred last, in milliseconds of the wall clock. */
  public long millis() {
    return millis;
  }

  public long times() {
    return times;
  }
}
