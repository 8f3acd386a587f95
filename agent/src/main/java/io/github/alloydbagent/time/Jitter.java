package io.github.alloydbagent.time;

import java.util.function.DoubleSupplier;

/** Spreads what many JVMs that started together would otherwise do at the same moment. */
public final class Jitter {

  /** How much of a delay may be cut off. */
  private static final double MAX_SHARE = 0.2;

  /** The most that is cut off, in milliseconds. */
  private static final long MAX_MILLIS = 300_000;

  private final DoubleSupplier random;

  /**
   * @param random from 0, inclusive, to 1
   */
  public Jitter(DoubleSupplier random) {
    this.random = random;
  }

  /** The delay, shortened by up to a fifth, and by five minutes at most. */
  public long earlier(long delayMillis) {
    return delayMillis
        - (long) (random.getAsDouble() * Math.min(MAX_MILLIS, MAX_SHARE * delayMillis));
  }

  /** A random share from 0, inclusive, to 1. */
  public double share() {
    return random.getAsDouble();
  }

  /** A delay from zero to this one. */
  public long upTo(long delayMillis) {
    return (long) (random.getAsDouble() * delayMillis);
  }

  /** The shortest that {@link #earlier} makes of a delay. */
  public static long earliest(long delayMillis) {
    return new Jitter(() -> 1).earlier(delayMillis);
  }
}
