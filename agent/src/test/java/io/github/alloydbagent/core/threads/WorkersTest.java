package io.github.alloydbagent.core.threads;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.refresh.CallLane;
import io.github.alloydbagent.time.CancellableTask;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private static final int FEW = 3;

  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final List<String> starters = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "timer"));
  private final AtomicInteger uncaught = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);
  private final CountDownLatch failedStarts = new CountDownLatch(2 * FEW);
  private volatile boolean isOutOfMemory;
  private Workers workers;

  private void start(long patienceMillis) {
    workers =
        new Workers(
            FEW,
            patienceMillis,
            timer,
            task -> {
              if (isOutOfMemory) {
                failedStarts.countDown();
                throw new OutOfMemoryError("thrown by a test");
              }
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              thread.setUncaughtExceptionHandler((where, thrown) -> uncaught.incrementAndGet());
              started.add(thread);
              starters.add(Thread.currentThread().getName());
              return thread;
            });
  }

  @AfterEach
  void end() {
    answer.countDown();
    workers.close();
    timer.shutdownNow();
  }

  @Test
  void stayFewUnderLoad() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    CountDownLatch done = new CountDownLatch(1_000);
    for (int i = 0; i < 1_000; i++) {
      workers.execute(done::countDown);
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(started).hasSize(FEW);
  }

  @Test
  void growWhileServersDoNotRespond() throws InterruptedException {
    start(20);
    for (int i = 0; i < 10; i++) {
      hang();
    }
    CountDownLatch done = new CountDownLatch(1);
    workers.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).as("done behind ten that hang").isTrue();
    List<String> soFar = List.copyOf(starters); // the timer keeps running
    assertThat(soFar.subList(FEW, soFar.size()))
        .as("who started more, and gave them its thread locals")
        .isNotEmpty()
        .containsOnly("timer");

    answer.countDown();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (alive() > FEW && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(alive()).as("threads once the servers answer again").isEqualTo(FEW);
  }

  @Test
  void neverExceedTheirLimit() throws InterruptedException {
    start(5);
    for (int i = 0; i < 100; i++) {
      hang();
    }
    CountDownLatch later = new CountDownLatch(1);
    timer.schedule(later::countDown, 300, TimeUnit.MILLISECONDS);
    assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(started).hasSizeBetween(FEW + 1, 32);
  }

  @Test
  void endWhenClosed() throws InterruptedException {
    start(20);
    for (int i = 0; i < 5; i++) {
      hang();
    }
    workers.close();
    for (Thread thread : started) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  /** 121 instances and as many clusters: the caller of the last one used to wait for all others. */
  @Test
  void urgentCallsPrecedeBackgroundCalls() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    CountDownLatch busy = new CountDownLatch(FEW);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < FEW; i++) {
      workers
          .lane()
          .execute(
              () -> {
                busy.countDown();
                await(go);
              });
    }
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    List<Integer> order = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(242);
    List<CallLane> lanes = new ArrayList<>();
    for (int i = 0; i < 242; i++) {
      int number = i;
      lanes.add(workers.lane());
      lanes
          .get(i)
          .execute(
              () -> {
                order.add(number);
                done.countDown();
              });
    }
    lanes.get(120).hurry();
    lanes.get(241).hurry();
    go.countDown();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(order).hasSize(242).doesNotHaveDuplicates();
    assertThat(order.subList(0, 2 + FEW)).contains(120, 241);
  }

  @Test
  void aLaneIsUrgentUntilItRelaxes() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    CountDownLatch busy = new CountDownLatch(FEW);
    for (int i = 0; i < FEW; i++) {
      workers
          .lane()
          .execute(
              () -> {
                busy.countDown();
                await(answer);
              });
    }
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    CallLane lane = workers.lane();
    lane.hurry();
    CountDownLatch first = new CountDownLatch(1);
    // the lane's first call, as if the connection had waited for a token before
    lane.execute(first::countDown);
    assertThat(first.await(10, TimeUnit.SECONDS)).as("past those that are busy").isTrue();
    lane.relax();
    CountDownLatch second = new CountDownLatch(1);
    lane.execute(second::countDown);
    assertThat(second.await(100, TimeUnit.MILLISECONDS)).as("behind them").isFalse();
  }

  @Test
  void hangingBackgroundCallsDelayNoOtherTasks() throws InterruptedException {
    start(20);
    for (int i = 0; i < 242; i++) {
      hang(workers.lane());
    }
    CallLane lane = workers.lane();
    lane.hurry();
    assertRuns(lane);
    assertRuns(workers.tokens());
    assertRuns(workers);
    assertThat(started).as("threads").hasSizeLessThan(20);
  }

  /** 25 instances, each with one call for itself and one for its cluster. */
  @Test
  void hangingUrgentCallsDelayNoOtherTasks() throws InterruptedException {
    start(20);
    List<CallLane> hanging = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      CallLane lane = workers.lane();
      lane.hurry();
      hang(lane);
      hanging.add(lane);
    }
    CallLane healthy = workers.lane();
    healthy.hurry();
    assertRuns(healthy);
    assertRuns(workers.tokens());
    assertRuns(workers);
  }

  @Test
  void hangingTokenRequestsOfAnIdentityDelayNoOtherIdentity() throws InterruptedException {
    start(20);
    for (int i = 0; i < 5; i++) {
      Executor hanging = workers.tokens();
      hang(hanging);
      hang(hanging);
    }
    assertRuns(workers.tokens());
    for (int i = 0; i < 5; i++) {
      Executor hanging = workers.tokens();
      hang(hanging);
      CountDownLatch stuck = new CountDownLatch(1);
      timer.schedule(stuck::countDown, 100, TimeUnit.MILLISECONDS);
      assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
      for (int j = 0; j < 10; j++) {
        hang(hanging);
      }
    }
    assertRuns(workers.tokens());
  }

  /** The end of a cancelled call says nothing about its server. */
  @Test
  void aLaneStaysSuspectWhenItsCallIsCancelled() throws InterruptedException {
    start(50);
    CallLane lane = workers.lane();
    lane.hurry();
    lane.execute(() -> sleep(200)); // stuck, which makes the lane suspect
    CountDownLatch stuck = new CountDownLatch(1);
    timer.schedule(stuck::countDown, 300, TimeUnit.MILLISECONDS);
    assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
    CountDownLatch cancelled = new CountDownLatch(1);
    lane.execute(
        new CancellableTask() {
          @Override
          public void run() {
            cancelled.countDown();
          }

          @Override
          public boolean isCancelled() {
            return true;
          }
        });
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 8; i++) {
      lane.execute(() -> await(answer));
    }
    CountDownLatch last = new CountDownLatch(1);
    lane.execute(last::countDown);
    assertThat(last.await(200, TimeUnit.MILLISECONDS)).as("in the share of suspects").isFalse();
  }

  @Test
  void suspectLanesUseABoundedShareOfThreads() throws InterruptedException {
    start(20);
    AtomicInteger suspects = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CallLane> lanes = new ArrayList<>();
    CountDownLatch hung = new CountDownLatch(30);
    for (int i = 0; i < 30; i++) {
      CallLane lane = workers.lane();
      lane.hurry();
      lane.execute(
          () -> {
            sleep(300); // fifteen times the time after which a task counts as stuck
            hung.countDown();
          });
      lanes.add(lane);
    }
    assertThat(hung.await(30, TimeUnit.SECONDS)).isTrue();
    CountDownLatch again = new CountDownLatch(30);
    for (CallLane lane : lanes) {
      lane.execute(
          () -> {
            most.accumulateAndGet(suspects.incrementAndGet(), Math::max);
            sleep(50);
            suspects.decrementAndGet();
            again.countDown();
          });
    }
    assertRuns(workers.tokens());
    assertThat(again.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(most).hasValueLessThanOrEqualTo(8);
  }

  @Test
  void anExceptionOfATaskEndsNoThread() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    for (int i = 0; i < 100; i++) {
      workers.execute(
          () -> {
            throw new StackOverflowError("thrown by a test");
          });
    }
    assertRuns(workers);
    assertThat(started).hasSize(FEW).allMatch(Thread::isAlive);
    while (uncaught.get() < 100) { // the last error may not have reached the handler yet
      Thread.onSpinWait();
    }
    assertThat(uncaught).as("left to the threads' handler").hasValue(100);
  }

  /** A timer that rejects tasks, as with a full heap. */
  @Test
  void runsTasksThatCannotBeWatched() throws InterruptedException {
    timer.shutdownNow();
    start(20);
    for (int i = 0; i < 100; i++) {
      assertRuns(workers);
      assertRuns(workers.lane());
    }
    assertThat(started).hasSize(FEW).allMatch(Thread::isAlive);
  }

  /** A timer that cannot remove a check from its queue, as with a full heap on Java 8. */
  @Test
  void runsTasksWhoseChecksCannotBeCancelled() throws InterruptedException {
    ScheduledThreadPoolExecutor uncancellable =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          protected <V> RunnableScheduledFuture<V> decorateTask(
              Runnable check, RunnableScheduledFuture<V> scheduled) {
            return withoutCancel(scheduled);
          }
        };
    workers =
        new Workers(
            FEW,
            TimeUnit.HOURS.toMillis(1),
            uncancellable,
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              thread.setUncaughtExceptionHandler((where, thrown) -> uncaught.incrementAndGet());
              return thread;
            });
    try {
      for (int i = 0; i < 10 * FEW; i++) {
        assertRuns(workers);
      }
    } finally {
      uncancellable.shutdownNow();
    }
  }

  @SuppressWarnings("unchecked")
  private static <V> RunnableScheduledFuture<V> withoutCancel(
      RunnableScheduledFuture<V> scheduled) {
    return (RunnableScheduledFuture<V>)
        Proxy.newProxyInstance(
            WorkersTest.class.getClassLoader(),
            new Class<?>[] {RunnableScheduledFuture.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("cancel")) {
                throw new OutOfMemoryError("thrown by a test");
              }
              return method.invoke(scheduled, arguments);
            });
  }

  /** Wherever the stack of a submitting thread overflows, the task runs once or not at all. */
  @Test
  void aThreadWithoutStackLeavesThePoolAsItWas() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    Map<Integer, AtomicInteger> ran = new ConcurrentHashMap<>();
    Map<Integer, Boolean> handedOver = new ConcurrentHashMap<>();
    AtomicInteger number = new AtomicInteger();
    CallLane lane = workers.lane();
    Runnable handOver =
        () -> {
          int mine = number.incrementAndGet();
          AtomicInteger count = new AtomicInteger();
          ran.put(mine, count);
          Runnable task = count::incrementAndGet;
          (mine % 2 == 0 ? workers : lane).execute(task);
          lane.hurry();
          handedOver.put(mine, true);
        };
    handOver.run(); // links and loads classes
    for (int round = 0; round < 100; round++) {
      int padding = round;
      Thread shallow =
          new Thread(null, () -> atEveryDepth(handOver, padding % 7), "shallow", 1 << 17);
      shallow.start();
      shallow.join();
    }
    CountDownLatch last = new CountDownLatch(1);
    lane.relax();
    lane.execute(last::countDown); // the last task in its queue
    assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
    assertRuns(workers);
    assertThat(handedOver).isNotEmpty();
    for (int i = 0; i < FEW; i++) {
      assertRuns(workers);
    }
    handedOver.keySet().forEach(each -> assertThat(ran.get(each)).as("task %s", each).hasValue(1));
    ran.forEach((each, count) -> assertThat(count).hasValueLessThanOrEqualTo(1));
    assertThat(started).hasSize(FEW).allMatch(Thread::isAlive);
  }

  /** Calls the method at the end of the stack, and at some frames before it. */
  @SuppressWarnings("InfiniteRecursion") // until the stack overflows
  private static int atEveryDepth(Runnable call, int padding) {
    int left;
    try {
      left = atEveryDepth(call, padding);
    } catch (VirtualMachineError e) {
      left = 0;
    }
    if (left < 600) {
      try {
        call.run();
      } catch (VirtualMachineError e) {
        return left + 1;
      }
    }
    return left + 1 + padding / 100;
  }

  @Test
  void onlyTheTimerStartsThreadsHoweverLongTheyAreBusy() throws InterruptedException {
    start(20);
    CountDownLatch hanging = new CountDownLatch(30);
    for (int i = 0; i < 30; i++) {
      CallLane lane = workers.lane();
      lane.hurry();
      lane.execute(
          () -> {
            hanging.countDown();
            await(answer);
          });
    }
    assertThat(hanging.await(10, TimeUnit.SECONDS)).isTrue();
    List<String> soFar = List.copyOf(starters);
    assertThat(soFar.subList(FEW, soFar.size())).isNotEmpty().containsOnly("timer");
  }

  /**
   * Without memory at both of the first checks of each task, no thread used to be started later.
   */
  @Test
  void startsAThreadThatCouldNotBeStartedBefore() throws InterruptedException {
    timer.execute(
        () ->
            Thread.currentThread()
                .setUncaughtExceptionHandler((where, thrown) -> uncaught.incrementAndGet()));
    start(100);
    isOutOfMemory = true;
    for (int i = 0; i < FEW; i++) {
      hang();
    }
    assertThat(failedStarts.await(10, TimeUnit.SECONDS)).isTrue();
    isOutOfMemory = false;
    assertRuns(workers.tokens());
    assertThat(uncaught).as("reported").hasValueGreaterThanOrEqualTo(2 * FEW);
  }

  private static void assertRuns(Executor executor) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    executor.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sleeps as long as a server takes to respond. */
  private static void sleep(long millis) {
    try {
      boolean unused = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hang(Executor executor) {
    executor.execute(() -> await(answer));
  }

  private void hang() {
    hang(workers);
  }

  private long alive() {
    return started.stream().filter(Thread::isAlive).count();
  }
}
