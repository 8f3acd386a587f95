package io.github.alloydbagent.retry;

import io.github.alloydbagent.time.Jitter;
import java.util.concurrent.TimeUnit;

/**
 * Computes how long to wait after a failed fetch. Transient failures are retried with exponential
 * backoff and full jitter, refusals with a fixed sequence of long delays. An overloaded server
 * (HTTP 429) needs delays of its own: it admits a limited number of calls, so short delays only add
 * rejected calls, and long delays leave part of the admitted rate unused. {@code FleetTest}
 * measures both.
 *
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">why full
 *     jitter spreads a fleet best</a>
 */
final class Backoff {

  /** Upper bound of the delay after the first transient failure; doubles with each further one. */
  private static final long FIRST_BOUND_MILLIS = 200;

  /** Upper bound of delays while a caller waits for the value. */
  private static final long MAX_WAITING_MILLIS = 5_000;

  /**
   * Upper bound of delays for a caller with its own retries. The delay adds to that caller's own
   * backoff, and the sum must stay close to {@link #MAX_WAITING_MILLIS}.
   */
  private static final long MAX_NESTED_MILLIS = 500;

  /** Upper bound of delays in the background, while no caller waits for the value. */
  private static final long MAX_BACKGROUND_MILLIS = 30_000;

  /**
   * Growth of the upper bound per failure while the server is overloaded. With this factor a delay
   * is at most a fraction of the time since the first failure, so a client notices a recovery at
   * most that fraction later.
   */
  private static final double BUSY_GROWTH = 1.5;

  /** Upper bound of the jitter added to the second and later {@code Retry-After} in a row. */
  private static final long MAX_RETRY_AFTER_JITTER_MILLIS = 30_000;

  /** Lower bound of delays: an earlier retry would most likely fail in the same way. */
  private static final long MIN_DELAY_MILLIS = 50;

  /**
   * Delay after a refusal while a caller waits: at most six attempts in 30 s, and a fixed cause is
   * noticed soon.
   */
  private static final long REFUSED_WAITING_MILLIS = 5_000;

  /** Delay after a refusal for a caller with its own retries, in addition to its own backoff. */
  private static final long REFUSED_NESTED_MILLIS = 200;

  /** Delays in the background after the first, second, ... refusal in a row. */
  private static final long[] REFUSED_BACKGROUND_MILLIS = {30_000, 60_000, 120_000, 300_000};

  private final Jitter jitter;

  Backoff(Jitter jitter) {
    this.jitter = jitter;
  }

  /** Who waits for a retry. */
  enum Urgency {
    /** A caller with a deadline. */
    WAITING,
    /** A caller with its own retries, such as another {@link Refresher}. */
    NESTED,
    /** No caller: a refresh ahead of time. */
    BACKGROUND
  }

  /**
   * Returns the nanoseconds to wait after a transient failure.
   *
   * @param failures consecutive failures, at least 1
   * @param share fraction of the upper bound, from 0 to 1; drawn once per failure, so that repeated
   *     calls return the same delay
   */
  static long afterFailure(int failures, double share, Urgency urgency) {
    long bound = Math.min(maxMillis(urgency), FIRST_BOUND_MILLIS << Math.min(failures - 1, 16));
    return nanos(share * bound);
  }

  /**
   * Like {@link #afterFailure} for an overloaded server: between half the upper bound and all of
   * it.
   */
  static long afterBusy(int failures, double share, Urgency urgency) {
    double bound =
        Math.min(
            (double) maxMillis(urgency),
            FIRST_BOUND_MILLIS * Math.pow(BUSY_GROWTH, Math.min(failures - 1, 50)));
    return nanos((0.5 + share / 2) * bound);
  }

  private static long maxMillis(Urgency urgency) {
    return urgency == Urgency.WAITING
        ? MAX_WAITING_MILLIS
        : urgency == Urgency.NESTED ? MAX_NESTED_MILLIS : MAX_BACKGROUND_MILLIS;
  }

  private static long nanos(double millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.max(MIN_DELAY_MILLIS, (long) millis));
  }

  /**
   * Returns the nanoseconds to wait after a refusal.
   *
   * @param refusals consecutive refusals, at least 1
   */
  static long afterRefusal(int refusals, double share, Urgency urgency) {
    if (urgency == Urgency.NESTED) {
      return TimeUnit.MILLISECONDS.toNanos(REFUSED_NESTED_MILLIS);
    }
    if (urgency == Urgency.WAITING) {
      return TimeUnit.MILLISECONDS.toNanos(REFUSED_WAITING_MILLIS);
    }
    int step = Math.min(refusals, REFUSED_BACKGROUND_MILLIS.length) - 1;
    return TimeUnit.MILLISECONDS.toNanos(
        new Jitter(() -> share).shorten(REFUSED_BACKGROUND_MILLIS[step]));
  }

  /**
   * Returns the nanoseconds to wait after a {@code Retry-After}: never less than the server
   * requested. All rejected clients would otherwise return at the same moment, so up to 5 s of
   * jitter are added, and up to 30 s if the server rejects the returning clients as well. The total
   * is at most twice the requested time.
   *
   * @param inARow consecutive failures with a {@code Retry-After}
   */
  static long afterRetryAfter(long millis, int inARow, double share, Urgency urgency) {
    long spread =
        urgency == Urgency.NESTED
            ? 0 // the caller's own backoff has jitter already
            : Math.min(millis, inARow <= 1 ? MAX_WAITING_MILLIS : MAX_RETRY_AFTER_JITTER_MILLIS);
    return TimeUnit.MILLISECONDS.toNanos(millis + (long) (share * spread));
  }

  /** Draws a random share for the next delay, from 0 to 1. */
  double draw() {
    return jitter.share();
  }
}
