package io.github.alloydbagent.refresh;

/**
 * How often one instance may be asked about: two calls at once, then one in 30 s, as Google's Go
 * and Python connectors do. Not thread-safe.
 */
final class RateLimit {
  private static final int BURST = 2;
  private static final long INTERVAL = 30_000;

  /** When the bucket is full again, in milliseconds of the caller's clock. */
  private long full = Long.MIN_VALUE;

  /** Takes the next turn, and says in how many milliseconds it comes. */
  long take(long nowMillis) {
    long delay = delay(nowMillis);
    full = Math.max(full, nowMillis) + INTERVAL;
    return delay;
  }

  /** In how many milliseconds the next turn would come. */
  private long delay(long nowMillis) {
    return Math.max(0, Math.max(full, nowMillis) - nowMillis - (BURST - 1) * INTERVAL);
  }
}
