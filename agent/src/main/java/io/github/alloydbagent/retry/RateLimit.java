package io.github.alloydbagent.retry;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket: a burst of calls, then one per interval. Times are nanoseconds since the bucket
 * was made. Not thread-safe.
 */
public final class RateLimit {
  private final int burst;
  private final long intervalNanos;

  /** When the bucket is full again, on the caller's clock. */
  private long fullNanos;

  public RateLimit(int burst, long intervalMillis) {
    this.burst = burst;
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
  }

  /** The earliest time at which a call may start: {@code now} or later. */
  long next(long now) {
    return Math.max(now, fullNanos - (burst - 1) * intervalNanos);
  }

  /** Counts a call that starts now. */
  void take(long now) {
    fullNanos = Math.max(fullNanos, now) + intervalNanos;
  }

  /** Takes back the last call: it does not count. */
  void giveBack() {
    fullNanos -= intervalNanos;
  }
}
