package io.github.alloydbagent.time;

import java.util.concurrent.TimeUnit;

/**
 * The time since something was received, by both clocks: the monotonic clock stops while a machine
 * sleeps, and the wall clock can be set back.
 */
public final class Age {
  private final Clock clock;
  private final long startNanos;
  private final long startMillis;

  /** Starts now. */
  public Age(Clock clock) {
    this.clock = clock;
    this.startNanos = clock.nanoTime();
    this.startMillis = clock.wallMillis();
  }

  /** Returns the greater age of both clocks, in milliseconds. */
  public long millis() {
    return Math.max(
        TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos),
        clock.wallMillis() - startMillis);
  }
}
