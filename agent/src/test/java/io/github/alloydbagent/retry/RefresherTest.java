package io.github.alloydbagent.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefresherTest {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  /** The result of a fetch, valid until a time of the monotonic clock. */
  private record Value(int number, long endNanos) {}

  private static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;
    final long retryAfterMillis;

    Busy(long retryAfterMillis) {
      this.retryAfterMillis = retryAfterMillis;
    }
  }

  private final VirtualTime time = new VirtualTime();
  private final Random random = new Random(4711);
  private final List<Long> fetches = new ArrayList<>(); // start times in milliseconds
  private final List<Boolean> forced = new ArrayList<>();
  private boolean hurried;
  private boolean urgent = true; // until a fetch starts
  private final List<Boolean> hurriedFetches = new ArrayList<>();
  private Supplier<CompletableFuture<Value>> answer = this::value;
  private Runnable observed = () -> {};

  private final Refresher<Value> refresher =
      new Refresher<>(
          new Source(),
          new Refresher.Observer<Value>() {
            @Override
            public void succeeded(Value value) {
              observed.run();
            }

            @Override
            public void failed(Throwable failure, boolean refused, long failingMillis) {
              observed.run();
            }
          },
          time.timer(),
          time,
          new Jitter(random::nextDouble),
          new RateLimit(2, 30_000));

  private final class Source implements Refresher.Source<Value> {
    @Override
    public CompletableFuture<Value> fetch(boolean force) {
      fetches.add(millis());
      forced.add(force);
      hurriedFetches.add(hurried);
      hurried = false;
      return answer.get();
    }

    @Override
    public void hurry() {
      hurried = true;
    }

    @Override
    public boolean isUrgent() {
      return urgent;
    }

    @Override
    public boolean isValid(Value value) {
      return time.nanoTime() < value.endNanos;
    }

    @Override
    public Throwable invalidityReason(Value value) {
      return new IOException("invalid");
    }

    @Override
    public long refreshDelayMillis(Value value) {
      return new Jitter(random::nextDouble).shorten(56 * 60_000);
    }

    @Override
    public boolean isDue(Value value) {
      return value.endNanos - time.nanoTime() < 240_000_000_000L;
    }

    @Override
    public boolean isRefusal(Throwable failure) {
      return failure instanceof Refusal;
    }

    @Override
    public long retryAfterMillis(Throwable failure) {
      return failure instanceof Busy ? ((Busy) failure).retryAfterMillis : 0;
    }

    @Override
    public boolean isBusy(Throwable failure) {
      return failure instanceof Busy;
    }
  }

  private long millis() {
    return time.nanoTime() / 1_000_000;
  }

  private CompletableFuture<Value> value() {
    return CompletableFuture.completedFuture(
        new Value(fetches.size(), time.nanoTime() + HOUR * 1_000_000));
  }

  private static Supplier<CompletableFuture<Value>> failing(Throwable failure) {
    return () -> CompletableFuture.failedFuture(failure);
  }

  private Deadline within(long millis) {
    return Deadline.inMillis(millis, time);
  }

  private CompletableFuture<Value> waiter(long millis) {
    CompletableFuture<Value> waiter = refresher.valid(within(millis));
    time.settle();
    return waiter;
  }

  /** Returns the start times of the fetches from now on. */
  private List<Long> fetchesWithin(long millis) {
    fetches.clear();
    time.advance(millis);
    return new ArrayList<>(fetches);
  }

  @Test
  void concurrentCallersShareOneFetch() {
    CompletableFuture<Value> pending = new CompletableFuture<>();
    answer = () -> pending;
    refresher.start();
    time.settle();
    CompletableFuture<Value> first = waiter(10_000);
    CompletableFuture<Value> second = waiter(10_000);
    pending.complete(new Value(1, Long.MAX_VALUE));
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(fetches).hasSize(1);
  }

  @Test
  void refreshesOncePerInterval() {
    refresher.start();
    time.settle();
    assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
    assertThat(time.pending()).isEqualTo(1);
  }

  /** Regression: every refresh on demand added its own chain of refreshes. */
  @Test
  void aRefreshOnDemandReplacesTheScheduledOne() {
    refresher.start();
    time.settle();
    for (int i = 0; i < 10; i++) {
      time.advance(60_000);
      CompletableFuture<Value> unused =
          refresher.newerThan(refresher.current(), true, within(10_000));
      time.settle();
    }
    assertThat(fetches).hasSize(11);
    assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
    assertThat(time.pending()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {-10_000, -DAY, DAY})
  void settingTheWallClockChangesNothing(long step) {
    refresher.start();
    time.settle();
    time.stepWall(step);
    assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
  }

  @Test
  void retriesATransientFailureQuicklyWhileACallerWaits() {
    answer = failing(new IOException("down"));
    CompletableFuture<Value> waiter = waiter(20_000);
    time.advance(9_000);
    answer = this::value;
    time.advance(5_000);
    assertThat(waiter).isCompleted();
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < fetches.size(); i++) {
      gaps.add(fetches.get(i) - fetches.get(i - 1));
    }
    assertThat(gaps).allSatisfy(gap -> assertThat(gap).isBetween(49L, 5_001L));
    assertThat(gaps.get(0)).isLessThanOrEqualTo(201);
    assertThat(fetches.size()).isBetween(5, 20);
  }

  @Test
  void retriesAtMostEveryHalfMinuteWithoutCallers() {
    answer = failing(new IOException("down"));
    refresher.start();
    time.settle();
    time.advance(5 * 60_000);
    assertThat(fetchesWithin(HOUR)).hasSizeBetween(120, 600);
  }

  @Test
  void retriesOnceMoreShortlyBeforeADeadline() {
    answer = failing(new IOException("down"));
    for (int i = 0; i < 100; i++) {
      CompletableFuture<Value> waiter = waiter(10_000);
      time.advance(8_400);
      fetches.clear();
      answer = this::value;
      time.advance(1_500);
      assertThat(waiter).as("waiter %d", i).isCompleted();
      refresher.discard(waiter.join());
      answer = failing(new IOException("down"));
    }
  }

  @Test
  void failsWithTheLastFailureAtTheDeadline() {
    answer = failing(new IOException("down"));
    CompletableFuture<Value> waiter = waiter(10_000);
    time.advance(10_000);
    assertThatThrownBy(waiter::join)
        .hasCauseInstanceOf(LateException.class)
        .hasRootCauseMessage("down");
    assertThat(time.pending()).as("nobody waits any more").isZero();
  }

  @Test
  void aRefusalFailsWaitingCallersImmediately() {
    answer = failing(new Refusal());
    assertThatThrownBy(waiter(10_000)::join).hasCauseInstanceOf(Refusal.class);
    assertThat(fetches).hasSize(1);
  }

  @Test
  void aNestedCallerWaitsBrieflyAfterARefusal() {
    answer = failing(new Refusal());
    assertThatThrownBy(waiter(10_000)::join).hasCauseInstanceOf(Refusal.class);
    CompletableFuture<Value> nested = refresher.validOnce(null);
    time.advance(199);
    assertThat(fetches).hasSize(1);
    time.advance(1);
    assertThat(nested).isCompletedExceptionally();
  }

  /** Regression: a refusal was retried only if an application connected. */
  @Test
  void retriesARefusalInTheBackground() {
    answer = failing(new Refusal());
    refresher.start();
    time.settle();
    time.advance(60_000);
    assertThat(fetches).hasSizeBetween(2, 3);
    time.advance(240_000);
    assertThat(fetchesWithin(HOUR)).hasSizeBetween(11, 16);
    answer = this::value;
    time.advance(300_000);
    assertThat(refresher.current()).isNotNull();
  }

  /** Callers used to back off although calls that overtook the failed one were in flight. */
  @Test
  void doesNotBackOffFromACallThatLaterOnesHaveOvertaken() {
    IOException overtaken = new IOException("cancelled");
    OvertakenException.mark(overtaken);
    answer = failing(overtaken);
    CompletableFuture<Value> waiter = waiter(10_000);
    time.advance(1_000);
    assertThat(fetches).hasSizeGreaterThan(15);
    assertThat(waiter).isNotDone();
  }

  @Test
  void startsAtMostSixAttemptsInHalfAMinuteWhileRefused() {
    answer = failing(new Refusal());
    refresher.start();
    time.settle();
    for (int second = 0; second < 300; second++) {
      CompletableFuture<Value> unused = waiter(10_000);
      time.advance(1_000);
    }
    for (long fetch : fetches) {
      assertThat(fetches.stream().filter(other -> other >= fetch && other < fetch + 30_000))
          .hasSizeLessThanOrEqualTo(6);
    }
    answer = this::value;
    CompletableFuture<Value> waiter = waiter(10_000);
    time.advance(5_000);
    assertThat(waiter).isCompleted();
  }

  /** Regression: a list was skipped, and the next one was never scheduled. */
  @ParameterizedTest
  @ValueSource(longs = {1_000, 40_000, 60_000, 600_000})
  void waitsForRetryAfterAndThenContinues(long retryAfter) {
    answer = failing(new Busy(retryAfter));
    refresher.start();
    time.settle();
    answer = this::value;
    assertThat(fetchesWithin(retryAfter - 1)).isEmpty();
    time.advance(retryAfter / 10 + 35_000);
    assertThat(refresher.current()).isNotNull();
    assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
  }

  private List<Long> gaps() {
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < fetches.size(); i++) {
      gaps.add(fetches.get(i) - fetches.get(i - 1));
    }
    return gaps;
  }

  @Test
  void backsOffFromABusyServerWithoutExtraAttemptsBeforeDeadlines() {
    answer = failing(new Busy(0));
    refresher.start();
    for (int second = 0; second < 120; second++) {
      CompletableFuture<Value> unused = waiter(10_000);
      time.advance(1_000);
    }
    List<Long> gaps = gaps();
    assertThat(gaps.size()).isBetween(30, 50);
    for (int i = 0; i < gaps.size(); i++) {
      double bound = Math.min(5_000, 200 * Math.pow(1.5, i));
      assertThat((double) gaps.get(i)).as("gap %d", i).isBetween(bound / 2 - 1, bound + 1);
    }
  }

  /** All clients that must wait return at the same time, and most of them are rejected again. */
  @Test
  void addsMoreRandomTimeToRepeatedRetryAfters() {
    List<Long> first = new ArrayList<>();
    List<Long> later = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answer = failing(new Busy(40_000));
      refresher.requestFetch(false);
      fetches.clear();
      time.advance(0);
      refresher.requestFetch(false);
      time.advance(45_000);
      refresher.requestFetch(false);
      time.advance(70_000);
      first.add(gaps().get(0));
      later.add(gaps().get(1));
      answer = this::value;
      CompletableFuture<Value> waiter = waiter(120_000);
      time.advance(75_000);
      refresher.discard(waiter.join());
    }
    assertThat(first).allSatisfy(gap -> assertThat(gap).isBetween(40_000L, 45_001L));
    assertThat(later).allSatisfy(gap -> assertThat(gap).isBetween(40_000L, 70_001L));
    assertThat(later).anySatisfy(gap -> assertThat(gap).isGreaterThan(60_000));
  }

  @Test
  void failsImmediatelyIfRetryAfterEndsAfterTheDeadline() {
    answer = failing(new Busy(60_000));
    refresher.start();
    time.settle();
    CompletableFuture<Value> waiter = waiter(10_000);
    assertThat(waiter).isCompletedExceptionally();
    assertThat(fetches).hasSize(1);
  }

  @Test
  void limitsForcedFetchesButNotTheFirst() {
    refresher.start();
    time.settle();
    for (int second = 0; second < 60; second++) {
      if (refresher.canFetchNow()) {
        CompletableFuture<Value> unused =
            refresher.newerThan(refresher.current(), true, within(1_000));
      }
      time.advance(1_000);
    }
    assertThat(fetches).as("the first, two, and one in 30 s").hasSize(1 + 2 + 1);
    assertThat(forced).containsExactly(false, true, true, true);
  }

  @Test
  void fetchesRequestedValuesWithinTheRateLimit() {
    refresher.start();
    time.settle();
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Value> unused =
          refresher.newerThan(refresher.current(), false, within(1_000));
      time.settle();
    }
    assertThat(refresher.canFetchNow()).isFalse();
    refresher.requestFetch(true);
    time.advance(29_999);
    assertThat(forced).hasSize(3);
    time.advance(1);
    assertThat(forced).containsExactly(false, false, false, true);
  }

  /** Regression: the caller got the result of a fetch that could come from a cache. */
  @Test
  void aForcedCallerGetsTheResultOfAForcedFetch() {
    CompletableFuture<Value> unforced = unforcedFetch();
    CompletableFuture<Value> waiter =
        refresher.newerThan(refresher.current(), true, within(10_000));
    time.settle();
    answer = this::value;
    unforced.complete(new Value(-1, time.nanoTime() + HOUR * 1_000_000));
    assertThat(waiter).isNotDone();
    time.settle();
    assertThat(forced).containsExactly(false, false, true);
    assertThat(waiter.join().number()).isEqualTo(3);
    assertThat(fetchesWithin(HOUR / 2)).isEmpty();
  }

  @Test
  void aForcedCallerThatCannotWaitForAnotherFetchGetsTheOneInFlight() {
    refresher.start();
    time.settle();
    refresher.requestFetch(false); // uses up the rate limit, with the next one
    time.settle();
    CompletableFuture<Value> pending = new CompletableFuture<>();
    answer = () -> pending;
    refresher.requestFetch(false);
    time.settle();
    assertThat(forced).containsExactly(false, false, false);
    CompletableFuture<Value> waiter =
        refresher.newerThan(refresher.current(), true, within(10_000));
    time.settle();
    pending.complete(new Value(-1, time.nanoTime() + HOUR * 1_000_000));
    assertThat(waiter.join().number()).isEqualTo(-1);
  }

  /** Regression: the fetch in flight, which was not forced, counted for the request. */
  @Test
  void aForcedRequestIsNotServedByAnUnforcedFetchInFlight() {
    CompletableFuture<Value> unforced = unforcedFetch();
    refresher.requestFetch(true);
    time.settle();
    answer = this::value;
    unforced.complete(new Value(-1, time.nanoTime() + HOUR * 1_000_000));
    time.advance(30_000);
    assertThat(forced).containsExactly(false, false, true);
    assertThat(fetchesWithin(HOUR / 2)).isEmpty();
  }

  @Test
  void aForcedRequestOutlivesTheFailureOfAnUnforcedFetch() {
    CompletableFuture<Value> unforced = unforcedFetch();
    refresher.requestFetch(true);
    time.settle();
    answer = this::value;
    unforced.completeExceptionally(new IOException("down"));
    time.advance(30_000);
    assertThat(forced).containsExactly(false, false, true);
  }

  /** Regression: the retry could come from the cache, and used up the rate limit. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theRetryOfAForcedFetchIsForced(boolean refused) {
    refresher.start();
    time.settle();
    answer = failing(refused ? new Refusal() : new IOException("down"));
    CompletableFuture<Value> unused =
        refresher.newerThan(refresher.current(), true, within(10_000));
    time.settle();
    answer = this::value;
    time.advance(30_000);
    assertThat(forced).containsExactly(false, true, true);
    time.advance(HOUR);
    assertThat(forced).containsExactly(false, true, true, false);
  }

  /** Starts a fetch that is not forced and stays in flight. */
  private CompletableFuture<Value> unforcedFetch() {
    refresher.start();
    time.settle();
    CompletableFuture<Value> pending = new CompletableFuture<>();
    answer = () -> pending;
    refresher.requestFetch(false);
    time.settle();
    assertThat(forced).containsExactly(false, false);
    return pending;
  }

  /** Regression: the scheduled step was cancelled first, and nothing was fetched any more. */
  @Test
  void keepsTheScheduledStepIfACallerHasNoStackLeftToScheduleAnother() {
    refresher.start();
    time.settle();
    time.failScheduling(new StackOverflowError("thrown by a test"));
    Deadline deadline = within(10_000);
    assertThatThrownBy(() -> refresher.fetchedAfter(time.nanoTime(), deadline))
        .isInstanceOf(StackOverflowError.class);
    time.failScheduling(null);
    assertThat(time.pending()).isEqualTo(1);
    assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
  }

  /** Regression: nothing was fetched any more until a caller came. */
  @Test
  void survivesATimerThatThrows() {
    refresher.start();
    time.settle();
    for (int i = 0; i < 3; i++) {
      time.failScheduling(new OutOfMemoryError("thrown by a test"));
      time.advance(HOUR);
      time.failScheduling(null);
      assertThat(fetchesWithin(DAY)).hasSizeBetween(25, 30);
    }
    assertThat(time.pending()).isEqualTo(1);
    assertThat(time.periodic()).isEqualTo(1);
  }

  /** Regression: the caller's future was never completed. */
  @Test
  void aCallerThatWaitsSurvivesATimerThatThrows() {
    CompletableFuture<Value> pending = new CompletableFuture<>();
    answer = () -> pending;
    CompletableFuture<Value> waiter = refresher.validOnce(null);
    CompletableFuture<Value> patient = waiter(60_000);
    time.settle();
    time.failScheduling(new OutOfMemoryError("thrown by a test"));
    time.advance(5_000); // a second fetch starts
    time.failScheduling(null);
    answer = this::value;
    time.advance(Refresher.STUCK_NANOS / 1_000_000);
    assertThat(waiter).isCompleted();
    assertThat(patient).isCompleted();
    assertThat(time.pending() + time.periodic()).isZero();
  }

  /**
   * Regression: a step dropped the step that had replaced it, and another one was scheduled each
   * time.
   */
  @Test
  void schedulesOneStepIfACallerReplacesOneThatIsRunning() {
    List<Runnable> events = new ArrayList<>();
    ScheduledExecutorService timer =
        (ScheduledExecutorService)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ScheduledExecutorService.class},
                (proxy, method, arguments) -> {
                  events.add((Runnable) arguments[0]);
                  return method.invoke(time.timer(), arguments);
                });
    Refresher<Value> raced =
        new Refresher<>(
            new Source(),
            new Refresher.Observer<Value>() {},
            timer,
            time,
            new Jitter(() -> 1),
            new RateLimit(2, 30_000));
    answer = failing(new IOException("down"));
    raced.start();
    time.settle();
    for (int second = 0; second < 90; second++) {
      time.advance(1_000);
    }
    Runnable begun = events.get(events.size() - 1);
    CompletableFuture<Value> unused = raced.valid(within(10_000));
    begun.run(); // the timer had taken it from its queue
    time.settle();
    assertThat(time.pending()).isEqualTo(1);
  }

  /** Regression: a retry ran after fetches for which no caller waited. */
  @Test
  void hurriesEachFetchForWhichACallerWaits() {
    answer = failing(new IOException("down"));
    CompletableFuture<Value> unused = waiter(10_000);
    time.advance(5_000);
    assertThat(hurriedFetches).hasSizeGreaterThan(2).doesNotContain(false);
    time.advance(10_000);
    hurriedFetches.clear();
    refresher.start();
    time.advance(60_000);
    assertThat(hurriedFetches).isNotEmpty().doesNotContain(true);
  }

  /**
   * Regression: another fetch started every five seconds, and all ran as soon as threads were free.
   */
  @Test
  void limitsHangingFetches() {
    List<CompletableFuture<Value>> hanging = new ArrayList<>();
    answer =
        () -> {
          hanging.add(new CompletableFuture<>());
          return hanging.get(hanging.size() - 1);
        };
    for (int second = 0; second < 600; second++) {
      CompletableFuture<Value> unused = waiter(10_000);
      time.advance(1_000);
    }
    assertThat(hanging).as("twelve, and one for each that was given up").hasSizeBetween(12, 15);
    CompletableFuture<Value> waiting = waiter(10_000);
    hanging.forEach(each -> each.completeExceptionally(new IOException("ended at last")));
    answer = this::value;
    time.advance(5_000);
    assertThat(waiting).isCompleted();
    assertThat(fetchesWithin(DAY)).isEmpty(); // it is not refreshed in the background
    answer =
        () -> {
          hanging.add(new CompletableFuture<>());
          return hanging.get(hanging.size() - 1);
        };
    hanging.clear();
    CompletableFuture<Value> unused = waiter(61_000);
    time.advance(59_000);
    assertThat(hanging).as("none is counted any more").hasSize(12);
  }

  /**
   * Regression: one of many callers is always near its deadline, which caused an attempt every
   * second.
   */
  @ParameterizedTest
  @ValueSource(longs = {5_000, 10_000, 30_000})
  void theDeadlinesOfManyCallersDoNotDefeatTheBackoff(long timeout) {
    answer = failing(new IOException("down"));
    for (int tenth = 0; tenth < 3_000; tenth++) {
      CompletableFuture<Value> unused = waiter(timeout);
      time.advance(100);
    }
    assertThat(fetches).as("in 300 s").hasSizeLessThan(180);
  }

  /**
   * Regression: the caller waited for the end of the server's pause, and could not report the
   * reason.
   */
  @Test
  void aNestedCallerDoesNotWaitForALongPause() {
    answer = failing(new Busy(600_000));
    CompletableFuture<Value> first = refresher.validOnce(null);
    time.settle();
    assertThat(first).isCompletedExceptionally();
    time.advance(60_000);
    CompletableFuture<Value> second = refresher.validOnce(null);
    assertThatThrownBy(second::join)
        .cause()
        .isInstanceOfSatisfying(
            LateException.class,
            late -> assertThat(late.nextMillis()).isBetween(539_000L, 546_000L))
        .cause()
        .isInstanceOf(Busy.class);
    answer = failing(new Busy(1_000));
    time.advance(600_000);
    CompletableFuture<Value> third = refresher.validOnce(null);
    time.settle();
    assertThat(third).isCompletedExceptionally();
    answer = this::value;
    CompletableFuture<Value> fourth = refresher.validOnce(null);
    time.advance(1_200);
    assertThat(fourth).as("a short pause is waited for").isCompleted();
  }

  /** Regression: an Error left the fetch in flight forever. */
  @Test
  void survivesErrorsOfFetchesAndObservers() {
    observed =
        () -> {
          throw new StackOverflowError();
        };
    answer =
        () -> {
          throw new OutOfMemoryError();
        };
    CompletableFuture<Value> waiter = waiter(10_000);
    assertThat(waiter).isNotDone();
    answer = this::value;
    time.advance(5_000);
    assertThat(waiter).isCompleted();
  }

  @Test
  void anErrorInOneCallbackDoesNotAffectOtherCallers() {
    CompletableFuture<Value> pending = new CompletableFuture<>();
    answer = () -> pending;
    refresher.start();
    time.settle();
    CompletableFuture<Void> throwing =
        waiter(10_000)
            .thenAccept(
                value -> {
                  throw new StackOverflowError();
                });
    CompletableFuture<Value> other = waiter(10_000);
    pending.complete(new Value(1, Long.MAX_VALUE));
    assertThat(throwing).isCompletedExceptionally();
    assertThat(other).isCompleted();
  }

  @Test
  void replacesAFetchThatNeverEnds() {
    CompletableFuture<Value> lost = new CompletableFuture<>();
    answer = () -> lost;
    refresher.start();
    time.settle();
    time.advance(179_000);
    assertThat(fetches).hasSize(1);
    answer = this::value;
    time.advance(31_000);
    assertThat(refresher.current()).isNotNull();
    Value current = refresher.current();
    lost.complete(new Value(-1, Long.MAX_VALUE));
    assertThat(refresher.current()).as("what comes late is ignored").isSameAs(current);
  }

  @Test
  void startsAnotherFetchNextToASlowOneWhileACallerWaits() {
    CompletableFuture<Value> lost = new CompletableFuture<>();
    answer = () -> lost;
    CompletableFuture<Value> waiter = waiter(20_000);
    time.advance(4_999);
    assertThat(fetches).hasSize(1);
    answer = this::value;
    time.advance(1);
    assertThat(waiter).isCompleted();
  }

  /** With a server that takes 7 s to fail, the next fetch is always in flight by then. */
  @Test
  void startsNoOtherFetchNextToASlowOneThatIsNotUrgent() {
    answer = CompletableFuture::new;
    urgent = false;
    CompletableFuture<Value> unused = refresher.newerThan(null, false, null);
    time.advance(20_000);
    assertThat(fetches).hasSize(1);
    urgent = true;
    refresher.reconsider();
    time.settle();
    assertThat(fetches).hasSize(2);
    urgent = false;
    waiter(10_000);
    time.advance(5_000);
    assertThat(fetches).as("a caller with a deadline").hasSize(3);
  }

  @Test
  void recordsASlowFailureWhileAnotherFetchIsInFlight() {
    answer =
        () -> {
          CompletableFuture<Value> slow = new CompletableFuture<>();
          Object unused =
              time.timer()
                  .schedule(
                      () -> slow.completeExceptionally(new IOException("down")),
                      7_000,
                      TimeUnit.MILLISECONDS);
          return slow;
        };
    CompletableFuture<Value> waiter = waiter(20_000);
    CompletableFuture<Value> once = refresher.validOnce(null);
    time.advance(7_100);
    assertThat(once).isCompletedExceptionally();
    time.advance(13_000);
    assertThatThrownBy(waiter::join).hasRootCauseMessage("down");
  }

  /**
   * Regression: callers started their own backoff although the fetch that they had joined
   * succeeded.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theFailureOfAnOlderFetchDoesNotFailACaller(boolean refused) {
    CompletableFuture<Value> slow = new CompletableFuture<>();
    answer = () -> slow;
    CompletableFuture<Value> before = refresher.validOnce(null);
    time.advance(1);
    CompletableFuture<Value> next = new CompletableFuture<>();
    answer = () -> next;
    time.advance(5_000);
    CompletableFuture<Value> once = refresher.validOnce(null);
    CompletableFuture<Value> waiter = waiter(20_000);
    slow.completeExceptionally(refused ? new Refusal() : new IOException("lost"));
    assertThat(before).isCompletedExceptionally();
    assertThat(once).isNotDone();
    assertThat(waiter).isNotDone();
    next.complete(value().join());
    assertThat(once).isCompleted();
    assertThat(waiter).isCompleted();
  }

  @Test
  void theFirstSuccessOfTwoFetchesCounts() {
    CompletableFuture<Value> slow = new CompletableFuture<>();
    CompletableFuture<Value> other = new CompletableFuture<>();
    answer = () -> slow;
    CompletableFuture<Value> waiter = waiter(20_000);
    answer = () -> other;
    time.advance(6_000);
    slow.complete(new Value(1, Long.MAX_VALUE));
    assertThat(waiter.join().number()).isEqualTo(1);
    other.completeExceptionally(new IOException("down"));
    assertThat(refresher.current()).isNotNull();
  }

  @Test
  void detectsAnInvalidValueWithinHalfAMinute() {
    refresher.start();
    time.settle();
    time.freeze(2 * HOUR);
    fetches.clear();
    time.advance(0);
    assertThat(fetches).hasSize(1);
  }

  @Test
  void fetchesOnDemandUnlessStarted() {
    assertThat(waiter(1_000)).isCompleted();
    assertThat(time.pending()).isZero();
    assertThat(fetchesWithin(DAY)).isEmpty();
    assertThat(waiter(1_000)).isCompleted();
    assertThat(fetches).hasSize(1);
  }

  @Test
  void doesNotFetchInTheBackgroundAfterStop() {
    refresher.start();
    time.settle();
    refresher.stop();
    assertThat(time.pending()).isZero();
    assertThat(time.periodic()).isZero();
    assertThat(fetchesWithin(DAY)).isEmpty();
    assertThat(waiter(1_000)).isCompleted();
  }

  @Test
  void anInvalidFetchedValueIsAFailure() {
    answer = () -> CompletableFuture.completedFuture(new Value(0, time.nanoTime() - 1));
    CompletableFuture<Value> waiter = waiter(10_000);
    assertThat(waiter).isNotDone();
    assertThat(refresher.lastFailure()).hasMessage("invalid");
  }

  @Test
  void returnsOnlyValuesFetchedAfterTheGivenTime() {
    CompletableFuture<Value> early = new CompletableFuture<>();
    answer = () -> early;
    refresher.start();
    time.settle();
    time.advance(1_000);
    CompletableFuture<Value> late = refresher.fetchedAfter(time.nanoTime(), within(10_000));
    answer = this::value;
    time.advance(1);
    early.complete(new Value(-1, Long.MAX_VALUE));
    time.advance(1);
    assertThat(late.join().number()).isEqualTo(2);
  }

  @Test
  void reportsTheTimeOfTheNextFetch() {
    assertThat(refresher.nextFetchMillis()).as("on demand").isEqualTo(-1);
    refresher.start();
    time.settle();
    assertThat(refresher.nextFetchMillis()).isBetween(44 * 60_000L, 56 * 60_000L);
    answer = failing(new Busy(100_000));
    time.advance(56 * 60_000);
    assertThat(refresher.nextFetchMillis()).isBetween(1L, 110_000L);
  }
}
