package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a few tunnels of one target ready for its next connections while the target is in use.
 * Tunnels that end, become too old or were dialed with outdated inputs are replaced in the
 * background.
 *
 * <p>Thread-safe; no lock is held during I/O. Failures are logged at level debug only: a connection
 * that finds no warm tunnel dials, and reports its own failure.
 */
final class WarmTunnels {

  /**
   * Maximum age of a spare in nanoseconds, measured from the end of its dial. PostgreSQL closes a
   * connection that has not logged in within a minute (authentication_timeout), and that minute may
   * have begun up to ten seconds before the end of the dial.
   */
  static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(50);

  /**
   * Age in nanoseconds from which a spare is replaced, so that another is ready before it becomes
   * too old.
   */
  static final long REPLACEMENT_AGE_NANOS = TimeUnit.SECONDS.toNanos(40);

  /** Nanoseconds without a connection after which all spares are closed. */
  static final long IDLE_TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(5);

  /**
   * Nanoseconds for which a spare counts as alive after a check; the notification of its end may
   * take as long to arrive.
   */
  static final long ALIVE_AFTER_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Milliseconds between two checks of all spares. */
  static final long CHECK_INTERVAL_MILLIS = 5_000;

  /**
   * Delay in milliseconds before a spare is dialed, so that the dial does not compete with a login
   * for the CPU; until then, another spare serves the next connection.
   */
  static final long DIAL_DELAY_MILLIS = 25;

  /**
   * Backoff after a failed dial in nanoseconds; doubles with each failure, from the first value to
   * the second.
   */
  static final long FIRST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long MAX_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(32);

  private final int maxSpares;
  private final Executor dialExecutor;
  private final ScheduledExecutorService timer;
  private final LongSupplier clock;
  private final Log log;

  private final Object lock = new Object();
  private final Deque<Spare> spares = new ArrayDeque<>(); // newest first
  private boolean isInUse; // implies that a check is scheduled
  private boolean isCheckDue;
  private boolean isRefillDue; // after a short delay
  private boolean isWorking; // at most one background task at a time
  private boolean isClosed;
  private long lastUseNanos;
  private int failures;
  private long backoffEndNanos;

  /** Dials spares. */
  interface Source {

    /**
     * Returns the inputs that a connection would be dialed with now, or null if it would have to
     * wait for them.
     */
    @Nullable DialInputs inputs();

    /** Dials a tunnel with these inputs. */
    ReadyTunnel dial(DialInputs inputs) throws IOException;
  }

  /**
   * @param maxSpares the number of spares to keep
   * @param dialExecutor runs the dials
   * @param timer its tasks do not block
   * @param clock a monotonic clock, in nanoseconds
   */
  WarmTunnels(
      int maxSpares,
      Executor dialExecutor,
      ScheduledExecutorService timer,
      LongSupplier clock,
      Log log) {
    this.maxSpares = maxSpares;
    this.dialExecutor = dialExecutor;
    this.timer = timer;
    this.clock = clock;
    this.log = log;
    this.backoffEndNanos = clock.getAsLong();
  }

  /**
   * Returns a spare that is as good as a new tunnel with these inputs, or null. Takes the newest
   * first; the others are replaced when they become too old.
   */
  @Nullable ReadyTunnel take(DialInputs inputs) {
    while (true) {
      Spare spare;
      synchronized (lock) {
        spare = spares.pollFirst();
      }
      if (spare == null) {
        return null;
      }
      boolean isFit = false;
      try {
        long now = clock.getAsLong();
        isFit =
            spare.isFitFor(inputs, now, MAX_AGE_NANOS)
                && (spare.isSurelyAlive(now) || spare.looksAlive());
      } finally {
        if (!isFit) {
          spare.tunnel.close();
        }
      }
      if (isFit) {
        return spare.tunnel;
      }
    }
  }

  /** Called when a connection to the target is open; starts keeping spares. */
  void connectionOpened(Source source) {
    boolean first;
    boolean now;
    boolean soon;
    synchronized (lock) {
      if (isClosed) {
        return;
      }
      lastUseNanos = clock.getAsLong();
      first = !isInUse;
      isInUse = true;
      now = spares.isEmpty();
      soon = !now && !isRefillDue;
      isRefillDue |= soon;
    }
    boolean isCheckScheduled = !first;
    boolean isRefillScheduled = !soon;
    try {
      if (first) {
        scheduleCheck(source);
        isCheckScheduled = true;
      }
      if (now) {
        work(source);
      } else if (soon) {
        scheduleRefill(source);
        isRefillScheduled = true;
      }
    } catch (Throwable e) { // out of stack or memory; the connection itself is open
      synchronized (lock) {
        isInUse &= isCheckScheduled; // otherwise nothing would be scheduled again
        isRefillDue &= isRefillScheduled;
      }
    }
  }

  /** Returns the number of spares. */
  int count() {
    synchronized (lock) {
      return spares.size();
    }
  }

  /** Closes all spares in the background and keeps none from now on. */
  void close() {
    synchronized (lock) {
      isClosed = true;
      isInUse = false;
      closeAll();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void scheduleCheck(Source source) {
    timer.schedule(() -> check(source), CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void scheduleRefill(Source source) {
    timer.schedule(
        () -> {
          synchronized (lock) {
            isRefillDue = false;
          }
          work(source);
        },
        DIAL_DELAY_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** Runs on the timer's thread, so it submits everything that takes time to the background. */
  private void check(Source source) {
    synchronized (lock) {
      if (!isInUse) {
        return;
      }
      if (clock.getAsLong() - lastUseNanos >= IDLE_TIMEOUT_NANOS) {
        isInUse = false;
        closeAll();
        return;
      }
      isCheckDue = true;
    }
    boolean scheduled = false;
    try {
      scheduleCheck(source);
      scheduled = true;
      work(source);
    } finally {
      if (!scheduled) {
        synchronized (lock) {
          isInUse = false; // until the next connection
          closeAll();
        }
      }
    }
  }

  private void work(Source source) {
    synchronized (lock) {
      if (isWorking || !(isCheckDue || needsSpare())) {
        return;
      }
      isWorking = true;
    }
    boolean isSubmitted = false;
    try {
      dialExecutor.execute(() -> workOnce(source));
      isSubmitted = true;
    } finally {
      if (!isSubmitted) {
        synchronized (lock) {
          isWorking = false;
        }
      }
    }
  }

  private void workOnce(Source source) {
    try {
      closeUnfit(source);
      dialSpare(source);
    } finally {
      synchronized (lock) {
        isWorking = false;
      }
    }
    work(source); // resubmits after each dial, so that other targets get their turn
  }

  /** Closes spares that are no longer as good as a new tunnel. */
  private void closeUnfit(Source source) {
    int left;
    synchronized (lock) {
      left = isCheckDue ? spares.size() : 0;
      isCheckDue = false;
    }
    for (; left > 0; left--) {
      Spare spare;
      synchronized (lock) {
        spare = spares.pollLast();
      }
      if (spare == null) {
        return;
      }
      boolean isFit = false;
      try {
        DialInputs inputs = source.inputs();
        isFit =
            inputs != null
                && spare.isFitFor(inputs, clock.getAsLong(), REPLACEMENT_AGE_NANOS)
                && spare.looksAlive();
      } finally {
        if (!isFit) {
          spare.tunnel.close();
        }
      }
      if (isFit) {
        add(spare);
      }
    }
  }

  private void dialSpare(Source source) {
    synchronized (lock) {
      if (!needsSpare()) {
        return;
      }
    }
    try {
      DialInputs inputs = source.inputs();
      if (inputs == null) {
        backOff();
        return;
      }
      ReadyTunnel tunnel = source.dial(inputs);
      synchronized (lock) {
        failures = 0;
      }
      add(new Spare(tunnel, clock.getAsLong()));
    } catch (IOException | RuntimeException e) {
      log.debug("no warm tunnel: " + ExceptionMessages.of(e));
      backOff();
    }
  }

  /** The caller must hold the lock. */
  private boolean needsSpare() {
    return isInUse && spares.size() < maxSpares && clock.getAsLong() - backoffEndNanos >= 0;
  }

  private void add(Spare spare) {
    synchronized (lock) {
      if (isInUse) {
        spares.addFirst(spare);
        return;
      }
    }
    spare.tunnel.close(); // no longer in use or closed meanwhile
  }

  private void backOff() {
    synchronized (lock) {
      backoffEndNanos =
          clock.getAsLong()
              + Math.min(MAX_BACKOFF_NANOS, FIRST_BACKOFF_NANOS << Math.min(failures, 10));
      failures++;
    }
  }

  /** The caller must hold the lock. */
  private void closeAll() {
    List<Spare> all = new ArrayList<>(spares);
    spares.clear();
    if (all.isEmpty()) {
      return;
    }
    Runnable closing =
        () -> {
          for (Spare spare : all) {
            spare.tunnel.close();
          }
        };
    try {
      dialExecutor.execute(closing);
    } catch (Throwable e) { // otherwise they would stay open
      for (Spare spare : all) {
        spare.tunnel.abort(); // may run on the timer's thread, which must not block
      }
    }
  }

  /** A warm tunnel with its age. */
  private final class Spare {
    final ReadyTunnel tunnel;
    private final long createdNanos;
    private volatile long lastAliveNanos;

    Spare(ReadyTunnel tunnel, long createdNanos) {
      this.tunnel = tunnel;
      this.createdNanos = createdNanos;
      this.lastAliveNanos = createdNanos;
    }

    boolean isFitFor(DialInputs inputs, long now, long maxAgeNanos) {
      return now - createdNanos < maxAgeNanos && tunnel.inputs().matches(inputs);
    }

    boolean isSurelyAlive(long now) {
      return now - lastAliveNanos < ALIVE_AFTER_CHECK_NANOS && tunnel.hasNoUnreadData();
    }

    boolean looksAlive() {
      if (!tunnel.isAlive()) {
        return false;
      }
      lastAliveNanos = clock.getAsLong();
      return true;
    }
  }
}
