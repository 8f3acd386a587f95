package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private static final int FEW = 3;

  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final List<String> starters = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "timer"));
  private final List<Throwable> errors = new CopyOnWriteArrayList<>();
  private final CountDownLatch answer = new CountDownLatch(1);
  private Workers workers;

  private void start(long patienceMillis) {
    workers =
        new Workers(
            FEW,
            patienceMillis,
            timer,
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              started.add(thread);
              starters.add(Thread.currentThread().getName());
              return thread;
            },
            (thread, error) -> errors.add(error));
  }

  @AfterEach
  void end() {
    answer.countDown();
    workers.close();
    timer.shutdownNow();
  }

  @Test
  void areAFewHoweverMuchThereIsToDo() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    CountDownLatch done = new CountDownLatch(1_000);
    for (int i = 0; i < 1_000; i++) {
      workers.execute(done::countDown);
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(started).hasSize(FEW);
  }

  @Test
  void areMoreWhileServersDoNotAnswer() throws InterruptedException {
    start(20);
    for (int i = 0; i < 10; i++) {
      hang();
    }
    CountDownLatch done = new CountDownLatch(1);
    workers.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).as("done behind ten that hang").isTrue();
    List<String> soFar = List.copyOf(starters); // the timer goes on
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
  void aTaskThatThrowsAnErrorEndsNoThread() throws InterruptedException {
    start(TimeUnit.HOURS.toMillis(1));
    for (int i = 0; i < 100; i++) {
      workers.execute(
          () -> {
            throw new StackOverflowError();
          });
    }
    CountDownLatch done = new CountDownLatch(100);
    for (int i = 0; i < 100; i++) {
      workers.execute(done::countDown);
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).hasSize(100).hasOnlyElementsOfType(StackOverflowError.class);
    assertThat(started).hasSize(FEW);
  }

  /** Somebody waits for its result, which would never come. */
  @Test
  void aTaskRunsAlsoWhereItCannotBeWatched() throws InterruptedException {
    start(20);
    timer.shutdownNow();
    CountDownLatch done = new CountDownLatch(1);
    workers.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).isNotEmpty();
  }

  @Test
  void areNeverWithoutLimit() throws InterruptedException {
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
  void endWhenTheyAreClosed() throws InterruptedException {
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

  private void hang() {
    workers.execute(
        () -> {
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private long alive() {
    return started.stream().filter(Thread::isAlive).count();
  }
}
