package io.github.alloydbagent.time;

import java.util.concurrent.TimeUnit;

/** A point in time by which a connection must be ready, on the monotonic clock. Immutable. */
public final class Deadline {
  private final Clock clock;
  private final long totalMillis;
  private final long endNanos;

  private Deadline(long totalMillis, Clock clock) {
    this.clock = clock;
    this.totalMillis = totalMillis;
    this.endNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(totalMillis);
  }

  public static Deadline inMillis(long millis) {
    return inMillis(millis, Clock.SYSTEM);
  }

  public static Deadline inMillis(long millis, Clock clock) {
    return new Deadline(millis, clock);
  }

  /**
   * Returns the deadline of the first of several attempts that share the remaining time equally.
   */
  public Deadline part(int shares) {
    return shares == 1 ? this : new Deadline(remainingMillis() / shares, clock);
  }

  /** Returns the time allowed from the start, in milliseconds. */
  public long totalMillis() {
    return totalMillis;
  }

  /** Returns the remaining time in milliseconds, rounded up; 0 after the deadline. */
  public long remainingMillis() {
    long nanos = endNanos - clock.nanoTime();
    return nanos <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
  }
}
