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
 * A few tunnels of one target that stand ready for its next connections, while it is in use. Those
 * that end, grow old, or were made on terms that have changed, are replaced in the background.
 *
 * <p>Any thread; no lock is held over I/O. Failures are only logged at level debug: a connection
 * that finds no spare dials, and reports its own failure.
 */
final class WarmTunnels {

  /**
   * Nanoseconds that a spare may be old, from the end of its dial on: PostgreSQL gives up a
   * connection that has not logged in within a minute (authentication_timeout), and that minute may
   * have begun up to ten seconds before the end of the dial.
   */
  static final long OLDEST = TimeUnit.SECONDS.toNanos(50);

  /** From this age on a spare is replaced, so that there is one before it is too old. */
  static final long OLD = TimeUnit.SECONDS.toNanos(40);

  /** Without a connection for that long, none is kept. */
  static final long UNUSED = TimeUnit.MINUTES.toNanos(5);

  /**
   * A spare that was alive so short a time ago is taken for alive: the news of its end may be under
   * way for as long.
   */
  static final long SURE = TimeUnit.MILLISECONDS.toNanos(100);

  /** Milliseconds from one look at all spares to the next. */
  static final long PERIOD = 5_000;

  /**
   * Milliseconds that a login is left alone: a spare that is dialed at the same time would take the
   * CPU that it needs, while there is another for whoever comes next.
   */
  static final long LOGIN = 25;

  /** Nanoseconds without a dial after one that failed: doubled each time, from and to. */
  static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(32);

  private final int most;
  private final Executor dials;
  private final ScheduledExecutorService timer;
  private final LongSupplier clock;
  private final Log log;

  private final Object lock = new Object();
  private final Deque<Spare> spares = new ArrayDeque<>(); // the newest first
  private boolean inUse; // and a look at all is scheduled
  private boolean lookDue;
  private boolean refillDue; // in a moment
  private boolean working; // in the background, for one thing at a time
  private boolean closed;
  private long lastUse;
  private int failures;
  private long pauseEnd;

  /** Makes spares. */
  interface Source {

    /** What a connection would be made on now; null if it would have to wait for that. */
    @Nullable DialInputs terms();

    /** A new tunnel, on these terms. */
    ReadyTunnel dial(DialInputs terms) throws IOException;
  }

  /**
   * @param most how many are kept
   * @param dials where they are made
   * @param timer its tasks take no time
   * @param clock a monotonic one, in nanoseconds
   */
  WarmTunnels(
      int most, Executor dials, ScheduledExecutorService timer, LongSupplier clock, Log log) {
    this.most = most;
    this.dials = dials;
    this.timer = timer;
    this.clock = clock;
    this.log = log;
    this.pauseEnd = clock.getAsLong();
  }

  /**
   * A spare that is as good as a new tunnel on these terms, or null. The newest comes first: the
   * others are replaced once they are old.
   */
  @Nullable ReadyTunnel take(DialInputs terms) {
    while (true) {
      Spare spare;
      synchronized (lock) {
        spare = spares.pollFirst();
      }
      if (spare == null) {
        return null;
      }
      boolean good = false;
      try {
        long now = clock.getAsLong();
        good =
            spare.isFitFor(terms, now, OLDEST) && (spare.isSurelyAlive(now) || spare.looksAlive());
      } finally {
        if (!good) {
          spare.tunnel.close();
        }
      }
      if (good) {
        return spare.tunnel;
      }
    }
  }

  /** Called when a connection of the target stands: from now on, spares are wanted. */
  void used(Source source) {
    boolean first;
    boolean now;
    boolean soon;
    synchronized (lock) {
      if (closed) {
        return;
      }
      lastUse = clock.getAsLong();
      first = !inUse;
      inUse = true;
      now = spares.isEmpty();
      soon = !now && !refillDue;
      refillDue |= soon;
    }
    boolean looked = !first;
    boolean refilled = !soon;
    try {
      if (first) {
        scheduleLook(source);
        looked = true;
      }
      if (now) {
        work(source);
      } else if (soon) {
        scheduleRefill(source);
        refilled = true;
      }
    } catch (Throwable e) { // no stack or no memory is left: the connection itself stands
      synchronized (lock) {
        inUse &= looked; // or nothing would be scheduled ever again
        refillDue &= refilled;
      }
    }
  }

  /** How many there are. */
  int count() {
    synchronized (lock) {
      return spares.size();
    }
  }

  /** Closes all, for good, in the background. */
  void close() {
    synchronized (lock) {
      closed = true;
      inUse = false;
      closeAll();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void scheduleLook(Source source) {
    timer.schedule(() -> look(source), PERIOD, TimeUnit.MILLISECONDS);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // likewise
  private void scheduleRefill(Source source) {
    timer.schedule(
        () -> {
          synchronized (lock) {
            refillDue = false;
          }
          work(source);
        },
        LOGIN,
        TimeUnit.MILLISECONDS);
  }

  /** On the timer's thread, which leaves all that takes time to the background. */
  private void look(Source source) {
    synchronized (lock) {
      if (!inUse) {
        return;
      }
      if (clock.getAsLong() - lastUse >= UNUSED) {
        inUse = false;
        closeAll();
        return;
      }
      lookDue = true;
    }
    boolean scheduled = false;
    try {
      scheduleLook(source);
      scheduled = true;
      work(source);
    } finally {
      if (!scheduled) {
        synchronized (lock) {
          inUse = false; // until the next connection
          closeAll();
        }
      }
    }
  }

  private void work(Source source) {
    synchronized (lock) {
      if (working || !(lookDue || isWanting())) {
        return;
      }
      working = true;
    }
    boolean handedOn = false;
    try {
      dials.execute(() -> workOnce(source));
      handedOn = true;
    } finally {
      if (!handedOn) {
        synchronized (lock) {
          working = false;
        }
      }
    }
  }

  private void workOnce(Source source) {
    try {
      tend(source);
      fill(source);
    } finally {
      synchronized (lock) {
        working = false;
      }
    }
    work(source); // one dial at a time: others have their turn in between
  }

  /** Closes what is not as good as a new tunnel any more. */
  private void tend(Source source) {
    int left;
    synchronized (lock) {
      left = lookDue ? spares.size() : 0;
      lookDue = false;
    }
    for (; left > 0; left--) {
      Spare spare;
      synchronized (lock) {
        spare = spares.pollLast();
      }
      if (spare == null) {
        return;
      }
      boolean good = false;
      try {
        DialInputs terms = source.terms();
        good = terms != null && spare.isFitFor(terms, clock.getAsLong(), OLD) && spare.looksAlive();
      } finally {
        if (!good) {
          spare.tunnel.close();
        }
      }
      if (good) {
        add(spare);
      }
    }
  }

  private void fill(Source source) {
    synchronized (lock) {
      if (!isWanting()) {
        return;
      }
    }
    try {
      DialInputs terms = source.terms();
      if (terms == null) {
        failed();
        return;
      }
      ReadyTunnel tunnel = source.dial(terms);
      synchronized (lock) {
        failures = 0;
      }
      add(new Spare(tunnel, clock.getAsLong()));
    } catch (IOException | RuntimeException e) {
      log.debug("no warm tunnel: " + ExceptionMessages.of(e));
      failed();
    }
  }

  /** Called with the lock held. */
  private boolean isWanting() {
    return inUse && spares.size() < most && clock.getAsLong() - pauseEnd >= 0;
  }

  private void add(Spare spare) {
    synchronized (lock) {
      if (inUse) {
        spares.addFirst(spare);
        return;
      }
    }
    spare.tunnel.close(); // unused or dropped meanwhile
  }

  private void failed() {
    synchronized (lock) {
      pauseEnd = clock.getAsLong() + Math.min(LAST_PAUSE, FIRST_PAUSE << Math.min(failures, 10));
      failures++;
    }
  }

  /** Called with the lock held. */
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
      dials.execute(closing);
    } catch (Throwable e) { // or they would stay open
      for (Spare spare : all) {
        spare.tunnel.cut(); // this may be the timer's thread, which must not wait
      }
    }
  }

  /** A tunnel, and since when it stands. */
  private final class Spare {
    final ReadyTunnel tunnel;
    private final long born;
    private volatile long alive;

    Spare(ReadyTunnel tunnel, long born) {
      this.tunnel = tunnel;
      this.born = born;
      this.alive = born;
    }

    boolean isFitFor(DialInputs terms, long now, long oldest) {
      return now - born < oldest && tunnel.terms().matches(terms);
    }

    boolean isSurelyAlive(long now) {
      return now - alive < SURE && tunnel.isSilent();
    }

    boolean looksAlive() {
      if (!tunnel.isAlive()) {
        return false;
      }
      alive = clock.getAsLong();
      return true;
    }
  }
}
