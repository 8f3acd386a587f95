package io.github.alloydbagent.log;

import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ErrorCode;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Throttles warnings about a failure that may occur hundreds of times a second. The first failure
 * is logged as a warning, and so is the first of each other kind; further failures are counted and
 * logged as warnings at growing intervals. Failures less than a minute after a recovery continue
 * the previous outage, and a continued outage ends once nothing has failed for a minute; so a
 * connection that keeps failing and recovering does not fill the log either. Thread-safe.
 */
public final class FailureThrottle {

  /** The shortest interval between warnings, in milliseconds; doubles with each warning. */
  private static final long FIRST_INTERVAL_MILLIS = 60_000;

  private static final long MAX_INTERVAL_MILLIS = 3_600_000;

  /** Milliseconds after a recovery from which a failure starts a new outage. */
  private static final long CALM_MILLIS = 60_000;

  /** The number of different kinds of failures for which a warning is logged immediately. */
  private static final int MAX_IMMEDIATE_KINDS = 8;

  private final Clock clock;
  private final long originNanos;
  private final Set<String> kinds = new HashSet<>();
  private volatile boolean isFailing;
  private volatile boolean isWarned;
  private boolean isContinued;
  private long count;
  // wall clock, only printed; all other times are on the monotonic clock
  private long sinceWallMillis;
  private long sinceMillis;
  private long lastFailureMillis;
  private long endMillis;
  private long intervalMillis;
  private long nextWarningMillis;

  public FailureThrottle(Clock clock) {
    this.clock = clock;
    this.originNanos = clock.nanoTime();
  }

  /** Milliseconds on the monotonic clock, which ignores changes to the wall clock. */
  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - originNanos);
  }

  /**
   * Records a failure and logs it as a warning, or at level {@link LogLevel#DEBUG} if throttled.
   *
   * @param kind equal for failures that a reader of the log would consider the same
   */
  public void failed(Log log, ErrorCode code, String kind, String message) {
    String warning = countFailure(kind, message);
    if (warning != null) {
      log.warn(code, warning);
    } else {
      log.debug(message);
    }
  }

  /**
   * Records a failure that needs no attention: it is counted, but logged only at level {@link
   * LogLevel#DEBUG}.
   */
  public void failedWithoutWarning(Log log, String message) {
    countFailure(null, message);
    log.debug(message);
  }

  private synchronized @Nullable String countFailure(@Nullable String kind, String message) {
    long nowMillis = nowMillis();
    if (!isFailing) {
      isContinued = isWarned && nowMillis - endMillis < CALM_MILLIS;
      if (!isContinued) {
        count = 0;
        sinceMillis = nowMillis;
        sinceWallMillis = clock.wallMillis();
        isWarned = false;
        kinds.clear();
        nextWarningMillis = nowMillis;
      }
      nextWarningMillis = Math.min(nextWarningMillis, nowMillis + FIRST_INTERVAL_MILLIS);
      intervalMillis = FIRST_INTERVAL_MILLIS;
      isFailing = true;
    }
    count++;
    lastFailureMillis = nowMillis;
    if (kind == null
        || (nowMillis < nextWarningMillis
            && (kinds.size() == MAX_IMMEDIATE_KINDS || kinds.contains(kind)))) {
      return null;
    }
    kinds.add(kind);
    isWarned = true;
    nextWarningMillis = nowMillis + intervalMillis;
    intervalMillis = Math.min(2 * intervalMillis, MAX_INTERVAL_MILLIS);
    return count == 1
        ? message
        : "failed again, " + count + " times since " + Log.utc(sinceWallMillis) + ": " + message;
  }

  /** Returns whether there is an outage for which a warning was logged. */
  public boolean isOutageLogged() {
    return isFailing && isWarned;
  }

  /**
   * Records a success; cheap if there is no outage.
   *
   * @return if this ends an outage for which a warning was logged, how long it lasted, such as
   *     {@code after 12 failures in 4 min}; otherwise null
   */
  public @Nullable String recovered() {
    return isFailing ? recover() : null;
  }

  private synchronized @Nullable String recover() {
    long nowMillis = nowMillis();
    if (!isFailing || (isContinued && nowMillis - lastFailureMillis < CALM_MILLIS)) {
      return null;
    }
    isFailing = false;
    endMillis = nowMillis;
    if (!isWarned) {
      return null;
    }
    return count == 1
        ? "after 1 failure, " + durationText(nowMillis - sinceMillis) + " ago"
        : "after " + count + " failures in " + durationText(nowMillis - sinceMillis);
  }

  private static String durationText(long millis) {
    long seconds = Math.max(1, Math.round(millis / 1000.0));
    long minutes = Math.round(seconds / 60.0);
    if (seconds < 100) {
      return seconds + " s";
    }
    return minutes < 100 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
