package io.github.alloydbagent.log;

import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ErrorCode;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Something that fails, perhaps hundreds of times a second, and heals. The first failure is a
 * warning, and the first of each other kind; the others are counted, with a warning at growing
 * intervals at most. Trouble that is back within a minute is the same one, which is over once
 * nothing has failed for a minute: what changes to and fro does not fill the log either. Any
 * thread.
 */
public final class FailureThrottle {

  /** Milliseconds between warnings at least: doubled each time, from and to. */
  private static final long FIRST_INTERVAL = 60_000;

  private static final long LAST_INTERVAL = 3_600_000;

  /** Milliseconds without a failure after which another one is a new trouble. */
  private static final long CALM = 60_000;

  /** Kinds of failures that are told of at once. */
  private static final int MOST_KINDS = 8;

  private final Clock clock;
  private final long originNanos;
  private final Set<String> kinds = new HashSet<>();
  private volatile boolean open;
  private volatile boolean told;
  private boolean back;
  private long count;
  private long sinceWallMillis; // to print; all other times are of the monotonic clock
  private long since;
  private long lastFailure;
  private long end;
  private long interval;
  private long nextWarning;

  public FailureThrottle(Clock clock) {
    this.clock = clock;
    this.originNanos = clock.nanoTime();
  }

  /** Milliseconds of the monotonic clock, which the steps of a wall clock do not change. */
  private long now() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - originNanos);
  }

  /**
   * Says that it failed: as a warning, or at level {@link LogLevel#DEBUG} where enough was said.
   *
   * @param kind what two failures share that are the same to a person
   */
  public void failed(Log log, ErrorCode code, String kind, String message) {
    String warning = counted(kind, message);
    if (warning != null) {
      log.warn(code, warning);
    } else {
      log.debug(message);
    }
  }

  /** As {@link #failed}, for a failure that nobody need look at: it is counted alone. */
  public void failedInPassing(Log log, String message) {
    counted(null, message);
    log.debug(message);
  }

  private synchronized @Nullable String counted(@Nullable String kind, String message) {
    long now = now();
    if (!open) {
      back = told && now - end < CALM;
      if (!back) {
        count = 0;
        since = now;
        sinceWallMillis = clock.wallMillis();
        told = false;
        kinds.clear();
        nextWarning = now;
      }
      nextWarning = Math.min(nextWarning, now + FIRST_INTERVAL);
      interval = FIRST_INTERVAL;
      open = true;
    }
    count++;
    lastFailure = now;
    if (kind == null
        || (now < nextWarning && (kinds.size() == MOST_KINDS || kinds.contains(kind)))) {
      return null;
    }
    kinds.add(kind);
    told = true;
    nextWarning = now + interval;
    interval = Math.min(2 * interval, LAST_INTERVAL);
    return count == 1
        ? message
        : "failed again, " + count + " times since " + Log.utc(sinceWallMillis) + ": " + message;
  }

  /** Whether there is trouble now, of which a person has been told. */
  public boolean isTold() {
    return open && told;
  }

  /**
   * Takes note that it went well; costs nothing where there is no trouble.
   *
   * @return how long it had not, if that is over now and a person had been told: {@code after 12
   *     failures in 4 min}; else null
   */
  public @Nullable String over() {
    return open ? closed() : null;
  }

  private synchronized @Nullable String closed() {
    long now = now();
    if (!open || (back && now - lastFailure < CALM)) {
      return null;
    }
    open = false;
    end = now;
    if (!told) {
      return null;
    }
    return count == 1
        ? "after 1 failure, " + time(now - since) + " ago"
        : "after " + count + " failures in " + time(now - since);
  }

  private static String time(long millis) {
    long seconds = Math.max(1, Math.round(millis / 1000.0));
    long minutes = Math.round(seconds / 60.0);
    if (seconds < 100) {
      return seconds + " s";
    }
    return minutes < 100 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
