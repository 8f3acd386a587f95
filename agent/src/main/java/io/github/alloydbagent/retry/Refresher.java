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
 * Keeps a value that a server provides fresh, and hands it to callers. A {@link Source} fetches the
 * value and knows how long it is valid; this class decides when to fetch.
 *
 * <p><b>Fetches.</b> All waiting callers share the fetch in flight. If it takes longer than {@link
 * #SLOW_NANOS} while a caller waits, another fetch starts next to it, and the first success counts.
 * A fetch that takes {@link #STUCK_NANOS} is counted as failed and replaced.
 *
 * <p><b>The next fetch</b> starts if a caller waits, if {@link #requestFetch} was called, or in the
 * background after {@link #start}, at the time that {@code nextAttempt} computes:
 *
 * <ul>
 *   <li>Without a valid value: immediately.
 *   <li>With a valid value: when it is due ({@link Source#refreshDelayMillis}, {@link
 *       Source#isDue}), or immediately for a caller that needs a newer one or after {@link
 *       #requestFetch}. The rate limit applies only to these fetches.
 *   <li>After a transient failure: after exponential backoff with full jitter, which is shorter
 *       while a caller waits. One more attempt starts shortly before a caller's deadline, within
 *       limits of its own.
 *   <li>After a refusal, which only a change elsewhere can fix: after a long fixed delay, which is
 *       shorter while a caller waits.
 *   <li>After either with a {@code Retry-After}: never earlier than the server requested.
 * </ul>
 *
 * <p><b>Callers.</b> A transient failure does not fail the callers of {@link #valid} and {@link
 * #fetchedAfter}: they wait for the retries until their deadline. Callers of {@link #validOnce} and
 * {@link #newerThan} have their own retries and fail with the next fetch. A refusal fails all of
 * them. A caller that needs a forced fetch waits for one, but accepts the result of another fetch
 * if its deadline would pass before that. A caller whose deadline is earlier than the next fetch
 * fails immediately, with a {@link LateException}.
 *
 * <p><b>Scheduling.</b> At most one step is scheduled. After every change of state {@code
 * reschedule} computes the time of the next step and replaces the scheduled one, unless that is due
 * earlier. It runs in {@code finally} blocks, so that an exception from a source or an observer
 * cannot stop the refreshes. If it runs out of memory or stack itself, the next run of {@code Look}
 * schedules the missing step. That task has a fixed delay and is scheduled once; the timer repeats
 * it without allocating anything. Intervals are measured on the monotonic clock, so that they do
 * not depend on changes of the wall clock.
 *
 * <p><b>Threads.</b> This class is thread-safe. The lock is not held during I/O, while an observer
 * runs, or while a caller's future is completed. Fetches start on the timer's thread, never on a
 * thread of the application, whose stack may be almost exhausted.
 *
 * @param <T> the type of the value
 */
public final class Refresher<T> {

  /**
   * While a caller waits, another fetch starts if the one in flight takes this long: its connection
   * may be lost, and a new connection may get a response. The first success counts.
   */
  static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Upper bound on concurrent fetches: as many as start within a minute, after which both the call
   * for a token and the call that needs the token have timed out. More would only fill queues, and
   * would all run as soon as the server responds again.
   */
  private static final int MAX_CONCURRENT_FETCHES = 12;

  /**
   * A fetch that has not ended after this time is abandoned and replaced. No fetch should take this
   * long, since all of its calls have deadlines.
   */
  static final long STUCK_NANOS = TimeUnit.MINUTES.toNanos(3);

  /**
   * Interval of the periodic checks ({@code Look}). They detect a value that has expired because
   * the wall clock was set, or because the machine was suspended, during which the timer's clock
   * stops. They also schedule a step that is missing because the timer threw an Error.
   */
  static final long CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** One more attempt starts this long before a caller's deadline, which leaves time to connect. */
  private static final long DEADLINE_LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  /** Minimum delay between a failure and an attempt that a deadline causes. */
  private static final long MIN_DEADLINE_ATTEMPT_GAP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * Attempts that deadlines cause: three, then one every ten seconds. With many callers there is
   * always one whose deadline is near; without a limit they would defeat the backoff.
   */
  private static final int DEADLINE_ATTEMPT_BURST = 3;

  private static final long DEADLINE_ATTEMPT_INTERVAL_MILLIS = 10_000;

  /**
   * A caller with its own retries and no deadline fails if the server may not be called for longer
   * than this, so that it can report the reason to its own callers.
   */
  private static final long MAX_NESTED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Fetches the value, and classifies values and failures. {@link #isValid}, {@link #isDue} and
   * {@link #isDifferent} are called with the lock held and must not block.
   *
   * @param <T> the type of the value
   */
  public interface Source<T> {

    /**
     * Starts to fetch the value. Must not block.
     *
     * @param force whether a caller found the current value to be outdated, so that the result must
     *     not come from a cache
     */
    CompletableFuture<T> fetch(boolean force);

    /** Called when a caller with a deadline waits for the fetch in flight, or for the next one. */
    default void hurry() {}

    /**
     * Returns whether another fetch may start next to a slow one although only callers without a
     * deadline wait. Called with the lock held; if the result changes to true, {@link
     * Refresher#reconsider} must be called. A source that many callers use ahead of time returns
     * false, since more calls would slow down an overloaded server further.
     */
    default boolean isUrgent() {
      return true;
    }

    /** Returns whether the value can be used now. */
    boolean isValid(T value);

    /** Returns the failure to report for a value that was just fetched and is not valid. */
    Throwable invalidityReason(T value);

    /**
     * Returns the milliseconds after which to replace the value; called when it has been fetched.
     */
    long refreshDelayMillis(T value);

    /**
     * Returns whether the value expires so soon, by either clock, that it should be replaced now.
     */
    default boolean isDue(T value) {
      return false;
    }

    /**
     * Returns whether only a change elsewhere can fix this failure, so that callers fail instead of
     * waiting for a retry.
     */
    boolean isRefusal(Throwable failure);

    /**
     * Returns the delay that the server requested before the next call, in milliseconds; 0 if none.
     */
    default long retryAfterMillis(Throwable failure) {
      return 0;
    }

    /** Returns whether the server works but is overloaded, as HTTP 429 reports. */
    default boolean isBusy(Throwable failure) {
      return false;
    }

    /**
     * Returns whether the fetch returned something that the previous value lacked. The rate limit
     * does not count such a fetch.
     */
    default boolean isDifferent(T before, T startedAfter) {
      return false;
    }
  }

  /**
   * Records fetches for logs and metrics. Called without the lock; exceptions are ignored.
   *
   * @param <T> the type of the value
   */
  public interface Observer<T> {

    /** Called when a fetch starts. */
    default void started() {}

    /** Called when a fetch succeeded, before the waiting callers get the value. */
    default void succeeded(T value) {}

    /**
     * Called when a fetch failed.
     *
     * @param refused whether the failure is a refusal: {@link Source#isRefusal}
     * @param failingMillis the time since the first failure in a row
     */
    default void failed(Throwable failure, boolean refused, long failingMillis) {}
  }

  private final Source<T> source;
  private final Observer<? super T> observer;
  private final ScheduledExecutorService timer;
  private final Clock clock;
  private final Backoff backoff;
  private final RateLimit rateLimit;
  private final RateLimit deadlineAttempts =
      new RateLimit(DEADLINE_ATTEMPT_BURST, DEADLINE_ATTEMPT_INTERVAL_MILLIS);

  /**
   * Origin of all times in this class, so that they start at 0 and can be compared with {@code <}.
   */
  private final long originNanos;

  private final Object lock = new Object();
  private final List<Waiter<T>> waiters = new ArrayList<>();
  private boolean isStarted;
  private boolean isRequested; // by requestFetch(), whose caller does not wait
  private boolean isForceRequested;
  private boolean isForcedRetry; // the last forced fetch failed, so its retry is forced as well
  private volatile @Nullable T current;
  private long currentStartNanos;
  private long currentEndNanos;
  private long dueNanos;
  private @Nullable Fetch inFlight;
  private int runningFetches; // including abandoned fetches, until they end
  private @Nullable Throwable lastFailure;
  private long lastEndNanos;
  private long firstFailureNanos;
  private long retryAfterMillis;
  private int consecutiveRetryAfters; // failures with that header
  private boolean isServerBusy;
  private int consecutiveFailures;
  private int consecutiveRefusals;
  private double jitterShare;
  private @Nullable Step nextStep;
  private final Look look = new Look();
  private @Nullable ScheduledFuture<?> looks;

  /**
   * Creates a refresher that fetches nothing until it is started or a caller waits.
   *
   * @param timer runs only short tasks that do not block
   * @param rateLimit rate limit of fetches that replace a valid value
   */
  public Refresher(
      Source<T> source,
      Observer<? super T> observer,
      ScheduledExecutorService timer,
      Clock clock,
      Jitter jitter,
      RateLimit rateLimit) {
    this.source = source;
    this.observer = observer;
    this.timer = timer;
    this.clock = clock;
    this.backoff = new Backoff(jitter);
    this.rateLimit = rateLimit;
    this.originNanos = clock.nanoTime();
  }

  /** Starts to refresh the value in the background; the first fetch starts immediately. */
  public void start() {
    synchronized (lock) {
      isStarted = true;
    }
    reschedule();
  }

  /** Stops refreshing the value in the background. Fetches for waiting callers continue. */
  public void stop() {
    synchronized (lock) {
      isStarted = false;
      isRequested = false;
      isForceRequested = false;
    }
    reschedule();
  }

  /** Returns the last value that was fetched, valid or not; null before the first one. */
  public @Nullable T current() {
    return current;
  }

  /**
   * Returns the milliseconds until the next fetch starts: 0 if one is in flight, -1 if none is
   * scheduled.
   */
  public long nextFetchMillis() {
    synchronized (lock) {
      long now = now();
      long next = inFlight == null ? nextAttempt(now) : now;
      return next == NEVER ? -1 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, next - now));
    }
  }

  /** Returns the last failure; null if there was none since the last success. */
  public @Nullable Throwable lastFailure() {
    synchronized (lock) {
      return lastFailure;
    }
  }

  /**
   * Drops the current value if it is still this one, so that the next caller waits for a new value.
   */
  public void discard(T value) {
    synchronized (lock) {
      if (current == value) {
        current = null;
      }
    }
    reschedule();
  }

  /**
   * Requests a fetch in the background, as soon as backoff and rate limit allow, without waiting
   * for it.
   *
   * @param force see {@link Source#fetch}
   */
  public void requestFetch(boolean force) {
    synchronized (lock) {
      isRequested = true;
      isForceRequested |= force;
    }
    reschedule();
  }

  /** Computes the time of the next step again, because {@link Source#isUrgent} has changed. */
  public void reconsider() {
    reschedule();
  }

  /**
   * Returns a valid value by the deadline: the current one, or the next one that can be fetched.
   * Transient failures are retried until then. The future fails with the refusal, or with a {@link
   * LateException}.
   */
  public CompletableFuture<T> valid(Deadline deadline) {
    return await(new Waiter<>(deadline, null, false, false));
  }

  /**
   * Like {@link #valid}, for a caller with its own retries: the future fails if the next fetch
   * fails, with the same failure, or with a {@link LateException}.
   *
   * @param deadline of this call; null for none
   */
  public CompletableFuture<T> validOnce(@Nullable Deadline deadline) {
    return await(new Waiter<>(deadline, null, true, false));
  }

  /**
   * Returns a value whose fetch started after the given time, in nanoseconds of the monotonic
   * clock. The future fails with the refusal, or with a {@link LateException}.
   */
  public CompletableFuture<T> fetchedAfter(long nanos, Deadline deadline) {
    return await(new Waiter<>(deadline, nanos - originNanos, false, false));
  }

  /**
   * Returns a value other than the outdated one: the current one if it differs, otherwise the
   * result of the next fetch. The future fails if that fetch fails, with the same failure, or with
   * a {@link LateException}.
   *
   * @param force see {@link Source#fetch}
   * @param deadline of this call; null for none
   */
  public CompletableFuture<T> newerThan(
      @Nullable T outdated, boolean force, @Nullable Deadline deadline) {
    Long startedAfter;
    synchronized (lock) {
      startedAfter = outdated != null && current == outdated ? currentStartNanos : null;
    }
    return await(new Waiter<>(deadline, startedAfter, true, force));
  }

  /**
   * Returns whether a fetch is in flight, or could start immediately if a caller waited for a newer
   * value.
   */
  public boolean canFetchNow() {
    synchronized (lock) {
      long now = now();
      return inFlight != null || nextAttempt(now, Urgency.WAITING, NEVER) <= now;
    }
  }

  private long now() {
    return clock.nanoTime() - originNanos;
  }

  private CompletableFuture<T> await(Waiter<T> waiter) {
    synchronized (lock) {
      T value = current;
      if (value != null && waiter.isSatisfiedBy(currentStartNanos) && source.isValid(value)) {
        return CompletableFuture.completedFuture(value);
      }
      long now = now();
      LateException lateException = latenessOf(waiter, now);
      if (lateException != null) {
        return failed(lateException);
      }
      waiter.firstRelevantStart = inFlight == null ? now : inFlight.start;
      waiters.add(waiter);
    }
    if (waiter.deadline != null) {
      source.hurry();
    }
    reschedule(); // if this throws, the next step still completes the waiter
    return waiter.result;
  }

  private static <T> CompletableFuture<T> failed(Throwable failure) {
    CompletableFuture<T> failed = new CompletableFuture<>();
    failed.completeExceptionally(failure);
    return failed;
  }

  /**
   * Runs on the timer's thread: fails waiters that are too late, abandons a stuck fetch, or starts
   * the next fetch if its time has come.
   */
  private void fire(Step step) {
    Fetch fetch = null;
    Fetch stuck = null;
    List<Runnable> completions = new ArrayList<>();
    try {
      synchronized (lock) {
        if (nextStep == step) { // otherwise another thread has replaced it meanwhile
          nextStep = null;
        }
        long now = now();
        failLateWaiters(now, completions);
        stuck = inFlight != null && now - inFlight.start >= STUCK_NANOS ? inFlight : null;
        if (stuck == null && nextStart(now) <= now) {
          fetch = new Fetch(now, inFlight == null && isReplacingAValidValue(), isForced());
          if (fetch.isRateLimited) {
            rateLimit.take(now);
          }
          boolean early = inFlight == null && now < lastEndNanos + backoff(Urgency.WAITING);
          if (early && deadlineAttempts.earliestStart(now) <= now) {
            deadlineAttempts.take(now); // a deadline caused this attempt
          }
          inFlight = fetch;
          runningFetches++;
        }
        if (stuck != null) {
          stuck.isAbandoned = true;
        }
      }
      if (stuck != null) {
        handleResult(
            stuck, null, new IllegalStateException("no response in " + STUCK_NANOS / 1e9 + " s"));
      } else if (fetch != null) {
        startFetch(fetch);
      }
    } catch (Throwable e) {
      if (fetch != null) {
        handleResult(fetch, null, e);
      }
    } finally {
      runAll(completions);
      reschedule();
    }
  }

  private void startFetch(Fetch fetch) {
    try {
      observer.started();
    } catch (Throwable e) {
      // exceptions from an observer are ignored
    }
    if (hasDeadline()) {
      source.hurry(); // again: hurry() applied to the previous fetch, which has ended
    }
    CompletableFuture<T> unused =
        source
            .fetch(fetch.isForced)
            .whenComplete((value, failure) -> handleResult(fetch, value, unwrapped(failure)));
  }

  /** Returns whether a caller with a deadline waits. */
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

  /** Returns whether a caller needs a forced fetch; called with the lock held. */
  private boolean isForced() {
    boolean force = isForceRequested || isForcedRetry;
    for (Waiter<T> waiter : waiters) {
      force |= waiter.force;
    }
    return force;
  }

  private void handleResult(Fetch fetch, @Nullable T value, @Nullable Throwable failure) {
    List<Runnable> completions = new ArrayList<>();
    try {
      Throwable cause = failure;
      long delayMillis = 0;
      try {
        if (value != null && cause == null) {
          cause = source.isValid(value) ? null : source.invalidityReason(value);
          delayMillis = source.refreshDelayMillis(value);
        } else if (cause == null) {
          cause = new IllegalStateException("no value");
        }
      } catch (Throwable e) {
        cause = e;
      }
      if (cause == null && value != null) {
        succeeded(fetch, value, delayMillis, completions);
      } else if (cause != null) {
        failed(fetch, cause, completions);
      }
    } finally {
      synchronized (lock) {
        if (inFlight == fetch) {
          inFlight = null; // an exception above left it set
          lastEndNanos = now();
        }
        runningFetches -= fetch.isAbandoned ? 0 : 1;
        fetch.isAbandoned = false; // its own result is still to come
      }
      runAll(completions);
      reschedule();
    }
  }

  private void succeeded(Fetch fetch, T value, long delayMillis, List<Runnable> completions) {
    synchronized (lock) {
      if (current != null && fetch.start < currentStartNanos) {
        return; // a fetch that started later ended earlier
      }
      if (inFlight == fetch) {
        inFlight = null;
      }
      lastEndNanos = now();
      T before = current;
      if (fetch.isRateLimited && before != null && source.isDifferent(before, value)) {
        rateLimit.refund();
      }
      current = value;
      currentStartNanos = fetch.start;
      currentEndNanos = lastEndNanos;
      dueNanos = lastEndNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis);
      lastFailure = null;
      consecutiveFailures = 0;
      consecutiveRefusals = 0;
      consecutiveRetryAfters = 0;
      isForcedRetry &= !fetch.isForced;
      clearRequest(fetch);
    }
    try {
      observer.succeeded(value);
    } catch (Throwable e) {
      // exceptions from an observer are ignored
    } finally {
      synchronized (lock) {
        for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
          Waiter<T> waiter = each.next();
          boolean served =
              fetch.isForced
                  || !waiter.force
                  || latenessOf(waiter, now()) != null; // better than none
          if (waiter.isSatisfiedBy(fetch.start) && served) {
            // add before remove: if the allocation fails, the waiter stays and is completed later
            completions.add(() -> waiter.result.complete(value));
            each.remove();
          }
        }
      }
    }
  }

  private void failed(Fetch fetch, Throwable failure, List<Runnable> completions) {
    boolean refused = isRefusal(failure);
    long failingMillis;
    synchronized (lock) {
      long now = now();
      boolean isLatest = inFlight == fetch;
      if (isLatest) {
        inFlight = null;
      }
      if (current != null && currentEndNanos > fetch.start) {
        return; // another fetch succeeded while this one ran
      }
      if (lastFailure == null) {
        firstFailureNanos = now;
      }
      lastFailure = failure;
      if (isLatest) { // otherwise a fetch that started later determines the backoff
        lastEndNanos = now;
        consecutiveFailures = refused ? 0 : consecutiveFailures + 1;
        consecutiveRefusals = refused ? consecutiveRefusals + 1 : 0;
        jitterShare = OvertakenException.isMarked(failure) ? 0 : backoff.draw();
        isServerBusy = !refused && isBusy(failure);
        retryAfterMillis = retryAfterMillis(failure);
        consecutiveRetryAfters = retryAfterMillis == 0 ? 0 : consecutiveRetryAfters + 1;
        isForcedRetry |= fetch.isForced;
        clearRequest(fetch);
      }
      failingMillis = TimeUnit.NANOSECONDS.toMillis(now - firstFailureNanos);
    }
    try {
      observer.failed(failure, refused, failingMillis);
    } catch (Throwable e) {
      // exceptions from an observer are ignored
    } finally {
      synchronized (lock) {
        for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
          Waiter<T> waiter = each.next();
          // a fetch older than the one that this caller joined does not fail the caller
          if ((refused || waiter.failsWithNextFetch) && fetch.start >= waiter.firstRelevantStart) {
            completions.add(() -> waiter.result.completeExceptionally(failure));
            each.remove();
          }
        }
        failLateWaiters(now(), completions);
      }
    }
  }

  /** Clears the request that a fetch has served; called with the lock held. */
  private void clearRequest(Fetch fetch) {
    isForceRequested &= !fetch.isForced;
    isRequested = isForceRequested;
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

  /** Computes the time of the next step, and replaces the scheduled one. */
  private void reschedule() {
    synchronized (lock) {
      try {
        scheduleLooks();
      } finally {
        long now = now();
        long at = nextStart(now);
        if (inFlight != null) {
          at = Math.min(at, inFlight.start + STUCK_NANOS);
        }
        for (Waiter<T> waiter : waiters) {
          at = Math.min(at, waiter.deadlineNanos(now));
        }
        schedule(at, now);
      }
    }
  }

  /** Starts or ends the periodic checks; called with the lock held. */
  private void scheduleLooks() {
    boolean needed = isStarted || !waiters.isEmpty();
    ScheduledFuture<?> scheduled = looks;
    if (needed && scheduled == null) {
      looks =
          timer.scheduleWithFixedDelay(
              look, CHECK_INTERVAL_NANOS, CHECK_INTERVAL_NANOS, TimeUnit.NANOSECONDS);
    } else if (!needed && scheduled != null) {
      looks = null;
      scheduled.cancel(false);
    }
  }

  /**
   * Schedules the next step; called with the lock held. A step that is scheduled earlier stays: it
   * finds nothing to do and reschedules.
   */
  private void schedule(long at, long now) {
    Step scheduled = nextStep;
    if (at == NEVER) {
      nextStep = null;
    } else if (scheduled == null || at < scheduled.at || scheduled.isOver()) {
      // schedule before cancelling: if the timer runs out of stack or heap, the old step remains
      Step step = new Step(at);
      step.future = timer.schedule(step, Math.max(0, at - now), TimeUnit.NANOSECONDS);
      nextStep = step;
    } else {
      return;
    }
    if (scheduled != null && scheduled.future != null) {
      scheduled.future.cancel(false);
    }
  }

  /** Returns when to start a fetch, perhaps next to a slow one; called with the lock held. */
  private long nextStart(long now) {
    if (inFlight == null) {
      return nextAttempt(now);
    }
    boolean mayStartAnother =
        !waiters.isEmpty()
            && runningFetches < MAX_CONCURRENT_FETCHES
            && (hasDeadline() || source.isUrgent());
    return mayStartAnother ? inFlight.start + SLOW_NANOS : NEVER;
  }

  /**
   * Returns when to start the next fetch if none is in flight; {@code now} or earlier means
   * immediately. Called with the lock held.
   */
  private long nextAttempt(long now) {
    Urgency urgency = Urgency.BACKGROUND;
    long latestStart = NEVER;
    for (Waiter<T> waiter : waiters) {
      if (waiter.failsWithNextFetch && urgency == Urgency.BACKGROUND) {
        urgency = Urgency.NESTED;
      } else if (!waiter.failsWithNextFetch) {
        urgency = Urgency.WAITING;
        latestStart = Math.min(latestStart, waiter.latestUsefulStart(now));
      }
    }
    return urgency == Urgency.BACKGROUND && !isStarted && !isRequested
        ? NEVER
        : nextAttempt(now, urgency, latestStart);
  }

  private long nextAttempt(long now, Urgency urgency, long latestUsefulStart) {
    long at;
    if (consecutiveFailures > 0) {
      at = Math.max(retryStart(now, urgency, latestUsefulStart), retryAfterEnd(urgency));
    } else if (consecutiveRefusals > 0) {
      at =
          Math.max(
              lastEndNanos + Backoff.afterRefusal(consecutiveRefusals, jitterShare, urgency),
              retryAfterEnd(urgency));
    } else if (!isReplacingAValidValue()) {
      at = now;
    } else {
      T value = current;
      boolean due =
          urgency != Urgency.BACKGROUND || isRequested || (value != null && source.isDue(value));
      at = Math.max(due ? now : dueNanos, rateLimit.earliestStart(now));
    }
    return at;
  }

  /**
   * Returns the nanoseconds to wait after the last transient failure, or 0 if there was none;
   * called with the lock held.
   */
  private long backoff(Urgency urgency) {
    if (consecutiveFailures == 0) {
      return 0;
    }
    return isServerBusy
        ? Backoff.afterBusy(consecutiveFailures, jitterShare, urgency)
        : Backoff.afterFailure(consecutiveFailures, jitterShare, urgency);
  }

  /** Returns when to retry after a transient failure; called with the lock held. */
  private long retryStart(long now, Urgency urgency, long latestUsefulStart) {
    long at = lastEndNanos + backoff(urgency);
    if (isServerBusy || latestUsefulStart == NEVER) {
      return at; // an overloaded server gets no extra attempts before deadlines
    }
    long earliest =
        Math.max(
            lastEndNanos + MIN_DEADLINE_ATTEMPT_GAP_NANOS, deadlineAttempts.earliestStart(now));
    return Math.min(at, Math.max(earliest, latestUsefulStart));
  }

  /**
   * Returns when the pause that the server requested ends, or 0 if it requested none; called with
   * the lock held.
   */
  private long retryAfterEnd(Urgency urgency) {
    return consecutiveRetryAfters == 0
        ? 0
        : lastEndNanos
            + Backoff.afterRetryAfter(
                retryAfterMillis, consecutiveRetryAfters, jitterShare, urgency);
  }

  /** Returns whether the next fetch replaces a valid value; called with the lock held. */
  private boolean isReplacingAValidValue() {
    T value = current;
    return consecutiveFailures == 0
        && consecutiveRefusals == 0
        && value != null
        && source.isValid(value);
  }

  /**
   * Fails the waiters whose deadline is before the next fetch can start; called with the lock held.
   */
  private void failLateWaiters(long now, List<Runnable> completions) {
    for (Iterator<Waiter<T>> each = waiters.iterator(); each.hasNext(); ) {
      Waiter<T> waiter = each.next();
      LateException lateException = latenessOf(waiter, now);
      if (lateException != null) {
        completions.add(() -> waiter.result.completeExceptionally(lateException));
        each.remove();
      }
    }
  }

  /** Returns the failure of a waiter that is too late, or null; called with the lock held. */
  private @Nullable LateException latenessOf(Waiter<T> waiter, long now) {
    if (waiter.deadline == null) {
      long end = retryAfterEnd(Urgency.NESTED);
      boolean isPause =
          waiter.failsWithNextFetch && inFlight == null && end - now > MAX_NESTED_PAUSE_NANOS;
      return isPause ? lateException(0, now, end) : null;
    }
    long next = now;
    if (inFlight == null) {
      next =
          nextAttempt(
              now,
              waiter.failsWithNextFetch ? Urgency.NESTED : Urgency.WAITING,
              waiter.failsWithNextFetch ? NEVER : waiter.latestUsefulStart(now));
    }
    long end = waiter.deadlineNanos(now);
    return end > now && next <= end
        ? null
        : lateException(waiter.deadline.totalMillis(), now, next);
  }

  /** Creates the failure of a waiter; called with the lock held. */
  private LateException lateException(long timeoutMillis, long now, long next) {
    return new LateException(
        timeoutMillis,
        lastFailure,
        lastFailure == null ? 0 : TimeUnit.NANOSECONDS.toMillis(now - lastEndNanos),
        inFlight != null ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.max(0, next - now)));
  }

  private static void runAll(List<Runnable> completions) {
    for (Runnable ending : completions) {
      try {
        ending.run();
      } catch (Throwable e) {
        // an exception in one waiter's callback must not affect the other waiters
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

  /** The scheduled run of {@link #fire}; at most one is current. */
  private final class Step implements Runnable {
    final long at;
    @Nullable ScheduledFuture<?> future; // guarded by the lock

    Step(long at) {
      this.at = at;
    }

    @Override
    public void run() {
      fire(this);
    }

    /** Returns whether this ended before it could replace itself; called with the lock held. */
    boolean isOver() {
      return future != null && future.isDone();
    }
  }

  /** The periodic check: runs {@link #reschedule}. */
  private final class Look implements Runnable {
    @Override
    public void run() {
      try {
        reschedule();
      } catch (Throwable e) {
        // no memory or stack: an exception would end the periodic checks
      }
    }
  }

  /** A fetch that has started. */
  private static final class Fetch {
    final long start;

    /** Whether the rate limit counts this fetch. */
    final boolean isRateLimited;

    /** Whether the result cannot come from a cache: see {@link Source#fetch}. */
    final boolean isForced;

    boolean isAbandoned; // while its abandonment is handled; guarded by the lock

    Fetch(long start, boolean isRateLimited, boolean isForced) {
      this.start = start;
      this.isRateLimited = isRateLimited;
      this.isForced = isForced;
    }
  }

  /** A caller that waits for a value. */
  private static final class Waiter<T> {
    final CompletableFuture<T> result = new CompletableFuture<>();
    final @Nullable Deadline deadline;

    /** The fetch of the value must have started after this time; null for any time. */
    final @Nullable Long startedAfter;

    /**
     * Whether the caller has its own retries, so that any failure of the next fetch ends its wait.
     */
    final boolean failsWithNextFetch;

    final boolean force;

    /**
     * Start of the earliest fetch whose failure may end the wait: the one in flight when it began.
     */
    long firstRelevantStart;

    Waiter(
        @Nullable Deadline deadline,
        @Nullable Long startedAfter,
        boolean failsWithNextFetch,
        boolean force) {
      this.deadline = deadline;
      this.startedAfter = startedAfter;
      this.failsWithNextFetch = failsWithNextFetch;
      this.force = force;
    }

    boolean isSatisfiedBy(long start) {
      return startedAfter == null || start > startedAfter;
    }

    long deadlineNanos(long now) {
      return deadline == null
          ? NEVER
          : now + TimeUnit.MILLISECONDS.toNanos(deadline.remainingMillis());
    }

    /**
     * Returns the latest useful start of a fetch, which leaves time to connect before the deadline.
     */
    long latestUsefulStart(long now) {
      if (deadline == null) {
        return NEVER;
      }
      long total = TimeUnit.MILLISECONDS.toNanos(deadline.totalMillis());
      return deadlineNanos(now) - Math.min(DEADLINE_LEAD_NANOS, total / 4);
    }
  }
}
