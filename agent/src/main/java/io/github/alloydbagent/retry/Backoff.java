package io.github.alloydbagent.retry;

import io.github.alloydbagent.time.Jitter;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait after a failure. Transient failures are retried with exponential backoff and
 * full jitter, refusals with a fixed sequence of long delays. A server that has too many calls
 * (HTTP 429) is different: it admits some of whoever asks, so short delays only add to the calls
 * that it rejects, and long ones leave some of what it would admit unused. {@code FleetTest}
 * measures both.
 *
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">why full
 *     jitter spreads a fleet best</a>
 */
final class Backoff {

  /** Upper bound of the first delay after a transient failure; doubled with each further one. */
  private static final long FIRST_MILLIS = 200;

  /** Upper bound of delays while somebody waits for the value. */
  private static final long MAX_WAITING_MILLIS = 5_000;

  /**
   * Upper bound of delays where the caller retries on its own, and its own backoff counts: the sum
   * of both has to stay close to {@link #MAX_WAITING_MILLIS}.
   */
  private static final long MAX_NESTED_MILLIS = 500;

  /** Upper bound of delays while nobody waits for the value. */
  private static final long MAX_BACKGROUND_MILLIS = 30_000;

  /**
   * By what the upper bound grows where the server has too many calls: a delay stays a fraction of
   * the time that has passed already, so that nobody is late by more than that.
   */
  private static final double BUSY_GROWTH = 1.5;

  /** Upper bound of what is added to a {@code Retry-After} that is not the first in a row. */
  private static final long MAX_SPREAD_MILLIS = 30_000;

  /** Shorter delays would only repeat the failure. */
  private static final long MIN_MILLIS = 50;

  /**
   * Between two attempts that were refused while somebody waits: at most six in 30 s, and whoever
   * fixes the cause does not wait long.
   */
  private static final long REFUSED_WAITING_MILLIS = 5_000;

  /** The same for a caller that retries on its own, whose own delay counts. */
  private static final long REFUSED_NESTED_MILLIS = 200;

  /** Between attempts in the background after the first, second, ... refusal in a row. */
  private static final long[] REFUSED_BACKGROUND_MILLIS = {30_000, 60_000, 120_000, 300_000};

  private final Jitter jitter;

  Backoff(Jitter jitter) {
    this.jitter = jitter;
  }

  /** Who a retry is for. */
  enum Urgency {
    /** A caller with a deadline. */
    WAITING,
    /** A caller that retries on its own. */
    NESTED,
    /** Nobody yet. */
    BACKGROUND
  }

  /**
   * Nanoseconds to wait after a transient failure.
   *
   * @param failures in a row, at least 1
   * @param share of the upper bound, from 0 to 1; drawn once per failure, so that the delay does
   *     not change each time it is asked for
   */
  static long afterFailure(int failures, double share, Urgency urgency) {
    long bound = Math.min(max(urgency), FIRST_MILLIS << Math.min(failures - 1, 16));
    return nanos(share * bound);
  }

  /** As {@link #afterFailure}, where the server had too many calls: from half the bound on. */
  static long afterBusy(int failures, double share, Urgency urgency) {
    double bound =
        Math.min(
            (double) max(urgency),
            FIRST_MILLIS * Math.pow(BUSY_GROWTH, Math.min(failures - 1, 50)));
    return nanos((0.5 + share / 2) * bound);
  }

  private static long max(Urgency urgency) {
    return urgency == Urgency.WAITING
        ? MAX_WAITING_MILLIS
        : urgency == Urgency.NESTED ? MAX_NESTED_MILLIS : MAX_BACKGROUND_MILLIS;
  }

  private static long nanos(double millis) {
    return TimeUnit.MILLISECONDS.toNanos(Math.max(MIN_MILLIS, (long) millis));
  }

  /**
   * Nanoseconds to wait after a refusal.
   *
   * @param refusals in a row, at least 1
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
        new Jitter(() -> share).earlier(REFUSED_BACKGROUND_MILLIS[step]));
  }

  /**
   * Nanoseconds to wait where the server said how long to stay away: never less. Everyone it turned
   * away would return in the same moment, so up to 5 s more; and if it turns away those who come
   * back, too, up to 30 s more. In both cases at most twice as long as it said.
   *
   * @param inARow how many times it has said so, without a success
   */
  static long afterRetryAfter(long millis, int inARow, double share, Urgency urgency) {
    long spread =
        urgency == Urgency.NESTED
            ? 0 // who retries on its own is spread already
            : Math.min(millis, inARow <= 1 ? MAX_WAITING_MILLIS : MAX_SPREAD_MILLIS);
    return TimeUnit.MILLISECONDS.toNanos(millis + (long) (share * spread));
  }

  /** A new share. */
  double draw() {
    return jitter.share();
  }
}
