package io.github.alloydbagent.status;

/** A failure as it was told, when it was last seen, and how often in a row. */
public final class Failure {
  private final String message;
  private final long millis;
  private final long times;

  Failure(String message, long millis, long times) {
    this.message = message;
    this.millis = millis;
    this.times = times;
  }

  public String message() {
    return message;
  }

  /** The last time, in milliseconds of the wall clock. */
  public long millis() {
    return millis;
  }

  public long times() {
    return times;
  }
}
