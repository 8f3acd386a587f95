package io.github.alloydbagent.time;

import java.util.function.DoubleSupplier;

/**
 * Randomly shortens delays, so that JVMs that started together do not all act at the same moment.
 */
public final class Jitter {

  /** The largest part of a delay that may be cut off. */
  private static final double MAX_SHARE = 0.2;

  /** The longest time that is cut off, in milliseconds. */
  private static final long MAX_CUT_MILLIS = 300_000;

  private final DoubleSupplier random;

  /**
   * Creates a jitter with a source of random numbers.
   *
   * @param random returns numbers from 0 (inclusive) to 1 (exclusive)
   */
  public Jitter(DoubleSupplier random) {
    this.random = random;
  }

  /** Returns the delay, shortened by up to a fifth and by at most five minutes. */
  public long shorten(long delayMillis) {
    return delayMillis
        - (long) (random.getAsDouble() * Math.min(MAX_CUT_MILLIS, MAX_SHARE * delayMillis));
  }

  /** Returns a random share from 0 (inclusive) to 1 (exclusive). */
  public double share() {
    return random.getAsDouble();
  }

  /** Returns a random delay between zero and the given one. */
  public long upTo(long delayMillis) {
    return (long) (random.getAsDouble() * delayMillis);
  }

  /** Returns the shortest delay that {@link #shorten} can return for a delay. */
  public static long shortest(long delayMillis) {
    return new Jitter(() -> 1).shorten(delayMillis);
  }
}
