package io.github.alloydbagent.retry;

import java.util.concurrent.TimeUnit;

/**
 * Limits the rate of calls with a token bucket: a burst, then one call per interval. Times are
 * nanoseconds since the bucket was created. Not thread-safe.
 */
public final class RateLimit {
  private final int burst;
  private final long intervalNanos;

  /** When the bucket is full again, on the clock of the caller. */
  private long fullAtNanos;

  public RateLimit(int burst, long intervalMillis) {
    this.burst = burst;
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
  }

  /** Returns the earliest time at which a call may start: {@code now} or later. */
  long earliestStart(long now) {
    return Math.max(now, fullAtNanos - (burst - 1) * intervalNanos);
  }

  /** Counts a call that is to start now, unless it would be too early; returns whether it may. */
  public boolean tryTake(long now) {
    boolean admitted = earliestStart(now) <= now;
    if (admitted) {
      take(now);
    }
    return admitted;
  }

  /** Counts a call that starts now. */
  void take(long now) {
    fullAtNanos = Math.max(fullAtNanos, now) + intervalNanos;
  }

  /** Gives back the token of the last call, so that the limit does not count that call. */
  void refund() {
    fullAtNanos -= intervalNanos;
  }
}
