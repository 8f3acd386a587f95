package io.github.alloydbagent.retry;

import io.github.alloydbagent.retry.Backoff.Urgency;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one value fresh that a server provides.
 *
 * <p>One fetch is in flight, and all callers that wait share it; if it is slow, another one starts
 * next to it. There is exactly one scheduled future: each event computes again what happens next,
 * and replaces it. Intervals are measured on the monotonic clock, so that setting the wall clock
 * stops nothing.
 *
 * <p>A transient failure is retried with exponential backoff and full jitter, quickly while
 * somebody waits, and callers wait through it until their deadline. A refusal, which only a change
 * elsewhere can cure, fails those who wait; it is retried slowly in the background, and for the
 * next caller. Whatever a fetch or an observer throws, the next step is scheduled.
 *
 * <p>Any thread. No lock is held over I/O. Fetches start on the timer's thread, never on a thread
 * of the application, whose stack may be almost exhausted.
 *
 * @param <T> the value
 */
public final class Refresher<T> {

  /**
   * While a caller waits, another fetch starts if the one in flight takes this long: its connection
   * may be lost, and a new one may be answered. The first success counts.
   */
  static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Fetches that may run at the same time: as many as start within a minute, in which the call for
   * a token and the one that needs it both reach their deadlines. More would only fill queues, and
   * all run once the server answers again.
   */
  private static final int MAX_RUNNING = 12;

  /**
   * Longer than any fetch can take, since its calls have deadlines: one that is not done by then is
   * given up and replaced.
   */
  static final long STUCK_NANOS = TimeUnit.MINUTES.toNanos(3);

  /**
   * How often the validity of the value is looked at in the background: the wall clock may have
   * been set, or the machine may have slept, while the timer's clock stood still.
   */
  static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Before a caller's deadline, so that there is time left to connect: one more try. */
  private static final long LAST_CHANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  /** From a failure to a try that a deadline asks for. */
  private static final long MIN_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * Tries that deadlines ask for: three, then one in ten seconds. Of many callers there is always
   * one whose deadline is near: they must not defeat the backoff.
   */
  private static final int LAST_CHANCES = 3;

  private static final long LAST_CHANCE_INTERVAL_MILLIS = 10_000;

  /**
   * A caller that retries on its own, and has no deadline, does not wait longer than this until a
   * server may be called again: it can tell its own callers why.
   */
  private static final long LONG_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Where the value comes from.
   *
   * @param <T> the value
   */
  public interface Source<T> {

    /**
     * Starts to fetch the value. Never blocks.
     *
     * @param force whether someone found the present value to be outdated, so that it must not come
     *     from a cache
     */
    CompletableFuture<T> fetch(boolean force);

    /** A caller with a deadline waits for the fetch in flight, or for the next one. */
    default void hurry() {}

    /** Whether the value can be used now. */
    boolean isValid(T value);

    /** What is wrong with a value that was fetched just now, but is not valid. */
    Throwable invalid(T value);

    /** In how many milliseconds the value is to be replaced; called when it has been fetched. */
    long refreshDelayMillis(T value);

    /** Whether the value ends so soon, by whatever clock, that it should be replaced already. */
    boolean isDue(T value);

    /** Whether the wall clock decides how long values are valid. */
    default boolean dependsOnWallClock() {
      return true;
    }

    /** Whether only a change elsewhere can cure this failure. */
    boolean isRefusal(Throwable failure);

    /** How long the server asked to be left alone, in milliseconds; 0 if it did not. */
    long retryAfterMillis(Throwable failure);

    /** Whether the server works, but has too many calls. */
    default boolean isBusy(Throwable failure) {
      return false;
    }

    /**
     * Whether a forced fetch brought something that the value before it lacked: the rate limit does
     * not count it then.
     */
    default boolean isNews(T before, T after) {
      return false;
    }
  }

  /**
   * Learns what happens, for logs and metrics. Called without a lock; what it throws is ignored.
   *
   * @param <T> the value
   */
  public interface Observer<T> {

    /** A fetch starts. */
    default void started() {}

    /** A fetch brought a new value, before anyone who waits for it gets it. */
    default void succeeded(T value) {}

    /**
     * A fetch failed.
     *
     * @param failingMillis how long fetches have been failing, since the first failure in a row
     */
    default void failed(Throwable failure, boolean refused, long failingMillis) {}
  }

  private final Source<T> source;
  private final Observer<? super T> observer;
  private final ScheduledExecutorService timer;
  private final Clock clock;
  private final Backoff backoff;
  private final RateLimit limit;
  private final RateLimit lastChances = new RateLimit(LAST_CHANCES, LAST_CHANCE_INTERVAL_MILLIS);

  /** What times are relative to, so that they can be compared: from 0 on. */
  private final long origin;

  private final Object lock = new Object();
  private final List<Waiter<T>> waiters = new ArrayList<>();
  private boolean background;
  private boolean wanted; // by a caller that does not wait
  private boolean wantedByForce;
  private volatile @Nullable T current;
  private long currentStart;
  private long currentEnd;
  private long dueNanos;
  private @Nullable Fetch inFlight;
  private int running; // also those that were given up, until they end
  private @Nullable Throwable lastFailure;
  private long lastEnd;
  private long firstFailure;
  private long retryAfterMillis;
  private int retryAfters; // in a row
  private boolean busy;
  private int failures;
  private int refusals;
  private double share;
  private @Nullable Event nextEvent;

  /**
   * @param timer its tasks take no time
   * @param limit of fetches that replace a valid value
   */
  public Refresher(
      Source<T> source,
      Observer<? super T> observer,
      ScheduledExecutorService timer,
      Clock clock,
      Jitter jitter,
      RateLimit limit) {
    this.source = source;
    this.observer = observer;
    this.timer = timer;
    this.clock = clock;
    this.backoff = new Backoff(jitter);
    this.limit = limit;
    this.origin = clock.nanoTime();
  }

  /** Keeps the value fresh from now on; the first fetch starts immediately. */
  public void start() {
    synchronized (lock) {
      background = true;
    }
    reschedule();
  }

  /** Fetches nothing in the background any more; callers are still served. */
  public void stop() {
    synchronized (lock) {
      background = false;
      wanted = false;
      wantedByForce = false;
    }
    reschedule();
  }

  /** The last value that was fetched, valid or not; null before the first one. */
  public @Nullable T current() {
    return current;
  }

  /** Milliseconds until the next fetch starts: 0 if one is in flight, -1 if none is planned. */
  public long nextFetchMillis() {
    synchronized (lock) {
      long now = now();
      long next = inFlight == null ? nextTry(now) : now;
      return next == NEVER ? -1 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, next - now));
    }
  }

  /** The last failure, until a fetch succeeds; null if there is none. */
  public @Nullable Throwable lastFailure() {
    synchronized (lock) {
      return lastFailure;
    }
  }

  /** Drops the current value, if it is still this one: the next caller waits for another. */
  public void discard(T value) {
    synchronized (lock) {
      if (current == value) {
        current = null;
      }
    }
    reschedule();
  }

  /**
   * Has the value fetched in the background, as soon as backoff and rate limit allow.
   *
   * @param force see {@link Source#fetch}
   */
  public void want(boolean force) {
    synchronized (lock) {
      wanted = true;
      wantedByForce |= force;
    }
    reschedule();
  }

  /**
   * A valid value by the deadline: the current one, or the next one that can be fetched. Fails with
   * the refusal, or with a {@link LateException}.
   */
  public CompletableFuture<T> valid(Deadline deadline) {
    return await(new Waiter<>(deadline, null, false, false));
  }

  /**
   * As {@link #valid}, for a caller that retries on its own: fails as the next fetch does, whatever
   * its failure, or with a {@link LateException}.
   *
   * @param deadline until which it may take; null if however long
   */
  public CompletableFuture<T> validOnce(@Nullable Deadline deadline) {
    return await(new Waiter<>(deadline, null, true, false));
  }

  /**
   * A value whose fetch started after that time, in nanoseconds of the monotonic clock. Fails with
   * the refusal, or with a {@link LateException}.
   */
  public CompletableFuture<T> fetchedAfter(long nanos, Deadline deadline) {
    return await(new Waiter<>(deadline, nanos - origin, false, false));
  }

  /**
   * Another value than the outdated one: the current one if it is another, else what the next fetch
   * brings. Fails as that fetch does.
   *
   * @param force see {@link Source#fetch}
   * @param deadline until which the next fetch may start; null if however late
   */
  public CompletableFuture<T> newerThan(
      @Nullable T outdated, boolean force, @Nullable Deadline deadline) {
    Long after;
    synchronized (lock) {
      after = outdated != null && current == outdated ? currentStart : null;
    }
    return await(new Waiter<>(deadline, after, true, force));
  }

  /**
   * Whether a fetch is in flight, or could start immediately if a caller waited for a newer value.
   */
  public boolean canFetchNow() {
    synchronized (lock) {
      long now = now();
      return inFlight != null || nextTry(now, Urgency.WAITING, NEVER) <= now;
    }
  }

  private long now() {
    return clock.nanoTime() - origin;
  }

  private CompletableFuture<T> await(Waiter<T> waiter) {
    synchronized (lock) {
      T value = current;
      if (value != null && waiter.isSatisfiedBy(currentStart) && source.isValid(value)) {
        return CompletableFuture.completedFuture(value);
      }
      long now = now();
      LateException late = tooLate(waiter, now);
      if (late != null) {
        return failed(late);
      }
      waiter.firstFetch = inFlight == null ? now : inFlight.start;
      waiters.add(waiter);
    }
    if (waiter.deadline != null) {
      source.hurry();
    }
    reschedule(); // if this throws, the waiter still ends with the next event
    return waiter.result;
  }

  private static <T> CompletableFuture<T> failed(Throwable failure) {
    CompletableFuture<T> failed = new CompletableFuture<>();
    failed.completeExceptionally(failure);
    return failed;
  }

  /** On the timer's thread: starts a fetch if it is time for one. */
  private void fire(Event event) {
    Fetch fetch = null;
    Fetch stuck = null;
    List<Runnable> endings = new ArrayList<>();
    try {
      synchronized (lock) {
        nextEvent = nextEvent == event ? null : nextEvent; // it may have been replaced as it began
        long now = now();
        endWhoIsTooLate(now, endings);
        stuck = inFlight != null && now - inFlight.start >= STUCK_NANOS ? inFlight : null;
        if (stuck == null && nextStart(now) <= now) {
          fetch = new Fetch(now, inFlight == null && isReplacingAValidValue());
          if (fetch.limited) {
            limit.take(now);
          }
          boolean early = inFlight == null && now < lastEnd + backoff(Urgency.WAITING);
          if (early && lastChances.next(now) <= now) {
            lastChances.take(now); // a deadline asked for it
          }
          inFlight = fetch;
          running++;
        }
        if (stuck != null) {
          stuck.givenUp = true;
        }
      }
      if (stuck != null) {
        ended(stuck, null, new IllegalStateException("no answer in " + STUCK_NANOS / 1e9 + " s"));
      } else if (fetch != null) {
        begin(fetch);
      }
    } catch (Throwable e) {
      if (fetch != null) {
        ended(fetch, null, e);
      }
    } finally {
      runAll(endings);
      reschedule();
    }
  }

  private void begin(Fetch fetch) {
    try {
      observer.started();
    } catch (Throwable e) {
      // an observer has no say in this
    }
    if (hasDeadline()) {
      source.hurry(); // again: what hurried the fetch before has ended with it
    }
    CompletableFuture<T> unused =
        source
            .fetch(isForced())
            .whenComplete((value, failure) -> ended(fetch, value, unwrapped(failure)));
  }

  /** Whether a caller with a deadline waits. */
  private boolean hasDeadline() {
    synchronized (lock) {
      for (Waiter<T> waiter : waiters) {
        if (waiter.deadline != null) {
          return true;
        }
      }
      return false;
    }
  }

  private boolean isForced() {
    synchronized (lock) {
      boolean force = wantedByForce;
      for (Waiter<T> waiter : waiters) {
        force |= waiter.force;
      }
      return force;
    }
  }

  private void ended(Fetch fetch, @Nullable T value, @Nullable Throwable failure) {
    List<Runnable> endings = new ArrayList<>();
    try {
      Throwable cause = failure;
      long delayMillis = 0;
      try {
        if (value != null && cause == null) {
          cause = source.isValid(value) ? null : source.invalid(value);
          delayMillis = source.refreshDelayMillis(value);
        } else if (cause == null) {
          cause = new IllegalStateException("no value");
        }
      } catch (Throwable e) {
        cause = e;
      }
      if (cause == null && value != null) {
        succeeded(fetch, value, delayMillis, endings);
      } else if (cause != null) {
        failed(fetch, cause, endings);
      }
    } finally {
      synchronized (lock) {
        if (inFlight == fetch) {
          inFlight = null; // whatever was thrown above
          lastEnd = now();
        }
        running -= fetch.givenUp ? 0 : 1;
        fetch.givenUp = false; // its own end is still to come
      }
      runAll(endings);
      reschedule();
    }
  }

  private void succeeded(Fetch fetch, T value, long delayMillis, List<Runnable> endings) {
    synchronized (lock) {
      if (current != null && fetch.start < currentStart) {
        return; // a fetch that started later was quicker
      }
      if (inFlight == fetch) {
        inFlight = null;
      }
      lastEnd = now();
      T before = current;
      if (fetch.limited && before != null && source.isNews(before, value)) {
        limit.giveBack();
      }
      current = value;
      currentStart = fetch.start;
      currentEnd = lastEnd;
      dueNanos = lastEnd + TimeUnit.MILLISECONDS.toNanos(delayMillis);
      lastFailure = null;
      failures = 0;
      refusals = 0;
      retryAfters = 0;
      wanted = false;
      wantedByForce = false;
    }
    try {
      observer.succeeded(value);
    } catch (Throwable e) {
      // an observer has no say in this
    } finally {
      synchronized (lock) {
        for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
          Waiter<T> waiter = each.next();
          if (waiter.isSatisfiedBy(fetch.start)) {
            endings.add(() -> waiter.result.complete(value)); // first: it may find no memory
            each.remove();
          }
        }
      }
    }
  }

  private void failed(Fetch fetch, Throwable failure, List<Runnable> endings) {
    boolean refused = isRefusal(failure);
    long failingMillis;
    synchronized (lock) {
      long now = now();
      boolean isLatest = inFlight == fetch;
      if (isLatest) {
        inFlight = null;
      }
      if (current != null && currentEnd > fetch.start) {
        return; // the slow fetch next to it has succeeded meanwhile
      }
      if (lastFailure == null) {
        firstFailure = now;
      }
      lastFailure = failure;
      if (isLatest) { // else the one that started later decides when the next one starts
        lastEnd = now;
        failures = refused ? 0 : failures + 1;
        refusals = refused ? refusals + 1 : 0;
        share = backoff.draw();
        busy = !refused && isBusy(failure);
        retryAfterMillis = retryAfterMillis(failure);
        retryAfters = retryAfterMillis == 0 ? 0 : retryAfters + 1;
        wanted = false;
        wantedByForce = false;
      }
      failingMillis = TimeUnit.NANOSECONDS.toMillis(now - firstFailure);
    }
    try {
      observer.failed(failure, refused, failingMillis);
    } catch (Throwable e) {
      // an observer has no say in this
    } finally {
      synchronized (lock) {
        for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
          Waiter<T> waiter = each.next();
          // of a fetch that is slower than the one this caller joined, it says nothing about that
          if ((refused || waiter.once) && fetch.start >= waiter.firstFetch) {
            endings.add(() -> waiter.result.completeExceptionally(failure));
            each.remove();
          }
        }
        endWhoIsTooLate(now(), endings);
      }
    }
  }

  private boolean isRefusal(Throwable failure) {
    try {
      return source.isRefusal(failure);
    } catch (Throwable e) {
      return false;
    }
  }

  private boolean isBusy(Throwable failure) {
    try {
      return source.isBusy(failure);
    } catch (Throwable e) {
      return false;
    }
  }

  private long retryAfterMillis(Throwable failure) {
    try {
      return Math.max(0, source.retryAfterMillis(failure));
    } catch (Throwable e) {
      return 0;
    }
  }

  /** Plans what happens next, and replaces what was planned before. */
  private void reschedule() {
    synchronized (lock) {
      long now = now();
      long at = nextStart(now);
      if (inFlight != null) {
        at = Math.min(at, inFlight.start + STUCK_NANOS);
      }
      for (Waiter<T> waiter : waiters) {
        at = Math.min(at, waiter.end(now));
      }
      boolean look = background && source.dependsOnWallClock();
      schedule(look ? Math.min(at, now + LOOK_NANOS) : at, now);
    }
  }

  /** Called with the lock held. An event that is planned too early only plans the next one. */
  private void schedule(long at, long now) {
    Event planned = nextEvent;
    if (at == NEVER) {
      nextEvent = null;
    } else if (planned == null || at < planned.at) {
      // the new event comes first: if the timer throws for want of stack or heap, the old one stays
      Event event = new Event(at);
      event.future = timer.schedule(event, Math.max(0, at - now), TimeUnit.NANOSECONDS);
      nextEvent = event;
    } else {
      return;
    }
    if (planned != null && planned.future != null) {
      planned.future.cancel(false);
    }
  }

  /** Called with the lock held: when a fetch is to start, perhaps next to a slow one. */
  private long nextStart(long now) {
    if (inFlight == null) {
      return nextTry(now);
    }
    return waiters.isEmpty() || running >= MAX_RUNNING ? NEVER : inFlight.start + SLOW_NANOS;
  }

  /** Called with the lock held: when the next fetch is to start; {@code now} or earlier if now. */
  private long nextTry(long now) {
    Urgency urgency = Urgency.BACKGROUND;
    long firstEnd = NEVER;
    for (Waiter<T> waiter : waiters) {
      if (waiter.once && urgency == Urgency.BACKGROUND) {
        urgency = Urgency.NESTED;
      } else if (!waiter.once) {
        urgency = Urgency.WAITING;
        firstEnd = Math.min(firstEnd, waiter.lastChance(now));
      }
    }
    return urgency == Urgency.BACKGROUND && !background && !wanted
        ? NEVER
        : nextTry(now, urgency, firstEnd);
  }

  private long nextTry(long now, Urgency urgency, long lastChance) {
    long at;
    if (failures > 0) {
      at = Math.max(retryStart(now, urgency, lastChance), retryAfterEnd(urgency));
    } else if (refusals > 0) {
      at =
          Math.max(
              lastEnd + Backoff.afterRefusal(refusals, share, urgency), retryAfterEnd(urgency));
    } else if (!isReplacingAValidValue()) {
      at = now;
    } else {
      T value = current;
      boolean due =
          urgency != Urgency.BACKGROUND || wanted || (value != null && source.isDue(value));
      at = Math.max(due ? now : dueNanos, limit.next(now));
    }
    return at;
  }

  /** Called with the lock held: nanoseconds to wait after the last transient failure, if any. */
  private long backoff(Urgency urgency) {
    if (failures == 0) {
      return 0;
    }
    return busy
        ? Backoff.afterBusy(failures, share, urgency)
        : Backoff.afterFailure(failures, share, urgency);
  }

  /** Called with the lock held, after a transient failure. */
  private long retryStart(long now, Urgency urgency, long lastChance) {
    long at = lastEnd + backoff(urgency);
    if (busy || lastChance == NEVER) {
      return at; // of a server that has too many calls, one more before each deadline is too many
    }
    long earliest = Math.max(lastEnd + MIN_GAP_NANOS, lastChances.next(now));
    return Math.min(at, Math.max(earliest, lastChance));
  }

  /** Called with the lock held: until when the server asked to be left alone; 0 if it did not. */
  private long retryAfterEnd(Urgency urgency) {
    return retryAfters == 0
        ? 0
        : lastEnd + Backoff.afterRetryAfter(retryAfterMillis, retryAfters, share, urgency);
  }

  /** Called with the lock held. */
  private boolean isReplacingAValidValue() {
    T value = current;
    return failures == 0 && refusals == 0 && value != null && source.isValid(value);
  }

  /** Called with the lock held: those whose deadline is before the next fetch can start. */
  private void endWhoIsTooLate(long now, List<Runnable> endings) {
    for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
      Waiter<T> waiter = each.next();
      LateException late = tooLate(waiter, now);
      if (late != null) {
        endings.add(() -> waiter.result.completeExceptionally(late));
        each.remove();
      }
    }
  }

  /** Called with the lock held. */
  private @Nullable LateException tooLate(Waiter<T> waiter, long now) {
    if (waiter.deadline == null) {
      long end = retryAfterEnd(Urgency.NESTED);
      boolean isPause = waiter.once && inFlight == null && end - now > LONG_PAUSE_NANOS;
      return isPause ? late(0, now, end) : null;
    }
    long next = now;
    if (inFlight == null) {
      next =
          nextTry(
              now,
              waiter.once ? Urgency.NESTED : Urgency.WAITING,
              waiter.once ? NEVER : waiter.lastChance(now));
    }
    long end = waiter.end(now);
    return end > now && next <= end ? null : late(waiter.deadline.totalMillis(), now, next);
  }

  /** Called with the lock held. */
  private LateException late(long timeoutMillis, long now, long next) {
    return new LateException(
        timeoutMillis,
        lastFailure,
        lastFailure == null ? 0 : TimeUnit.NANOSECONDS.toMillis(now - lastEnd),
        inFlight != null ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, next - now)));
  }

  private static void runAll(List<Runnable> endings) {
    for (Runnable ending : endings) {
      try {
        ending.run();
      } catch (Throwable e) {
        // one waiter's callback must not keep the others from their result
      }
    }
  }

  private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The one event that is planned. */
  private final class Event implements Runnable {
    final long at;
    @Nullable ScheduledFuture<?> future; // guarded by the lock

    Event(long at) {
      this.at = at;
    }

    @Override
    public void run() {
      fire(this);
    }
  }

  /** One fetch, from its start until its result. */
  private static final class Fetch {
    final long start;

    /** Whether the rate limit counts it. */
    final boolean limited;

    boolean givenUp; // guarded by the lock

    Fetch(long start, boolean limited) {
      this.start = start;
      this.limited = limited;
    }
  }

  /** A caller that waits. */
  private static final class Waiter<T> {
    final CompletableFuture<T> result = new CompletableFuture<>();
    final @Nullable Deadline deadline;

    /** The value's fetch must have started after that; null if whenever. */
    final @Nullable Long after;

    /** Whether the next fetch ends the wait, whatever comes of it. */
    final boolean once;

    final boolean force;

    /** When the first fetch started, or could start, whose failure ends the wait. */
    long firstFetch;

    Waiter(@Nullable Deadline deadline, @Nullable Long after, boolean once, boolean force) {
      this.deadline = deadline;
      this.after = after;
      this.once = once;
      this.force = force;
    }

    boolean isSatisfiedBy(long start) {
      return after == null || start > after;
    }

    long end(long now) {
      return deadline == null
          ? NEVER
          : now + TimeUnit.MILLISECONDS.toNanos(deadline.remainingMillis());
    }

    /** When a fetch has to start at the latest to be of use. */
    long lastChance(long now) {
      if (deadline == null) {
        return NEVER;
      }
      long total = TimeUnit.MILLISECONDS.toNanos(deadline.totalMillis());
      return end(now) - Math.min(LAST_CHANCE_NANOS, total / 4);
    }
  }
}
