package io.github.alloydbagent.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.time.CancellableTask;
import io.github.alloydbagent.time.Cancellation;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RepeatedCallsTest {
  private final VirtualTime time = new VirtualTime();
  private final Queue<Runnable> queued = new ArrayDeque<>();
  private final List<Runnable> all = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private RepeatedCalls<String> queuedCalls() {
    return new RepeatedCalls<>(
        task -> {
          queued.add(task);
          all.add(task);
        },
        time);
  }

  private boolean isCancelled(int call) {
    return ((CancellableTask) all.get(call)).isCancelled();
  }

  @Test
  void aQueuedCallThatTwoLaterOnesOvertakeIsDropped() {
    RepeatedCalls<String> calls = queuedCalls();
    List<String> made = new ArrayList<>();
    List<CompletableFuture<String>> results = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String name = "call " + i;
      results.add(
          calls.run(
              () -> {
                made.add(name);
                return name;
              }));
      time.advance(5_000);
    }
    assertThatThrownBy(results.get(0)::join)
        .hasCauseInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("the call could not start for 10.0 s");
    assertThat(results.get(1)).isCompletedExceptionally();
    assertThat(results.get(2)).isNotDone();
    queued.forEach(Runnable::run);
    assertThat(made).containsExactly("call 2", "call 3");
    assertThat(results.get(2)).isCompletedWithValue("call 2");
  }

  /** Retries of the other half of a fetch repeat this half more often than it takes. */
  @Test
  void aCallIsNotOvertakenInItsFirstFiveSeconds() {
    RepeatedCalls<String> calls = queuedCalls();
    for (int i = 0; i < 5; i++) {
      CompletableFuture<String> unused = calls.run(() -> "");
      time.advance(1_100);
    }
    assertThat(isCancelled(0)).isFalse();
    CompletableFuture<String> unused = calls.run(() -> "");
    assertThat(isCancelled(0)).isTrue();
    assertThat(isCancelled(1)).isFalse();
  }

  @Test
  void aRunningCallEndsAtOnceWhenItIsOvertaken() throws Exception {
    RepeatedCalls<String> calls = new RepeatedCalls<>(threads, time);
    List<CompletableFuture<String>> results = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CountDownLatch running = new CountDownLatch(1);
      results.add(calls.run(hanging(running)));
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      time.advance(5_000);
    }
    for (int i = 0; i < 2; i++) {
      CompletableFuture<String> overtaken = results.get(i);
      assertThatThrownBy(() -> overtaken.get(10, TimeUnit.SECONDS)).hasMessageContaining("closed");
    }
    assertThat(results.get(2)).isNotDone();
    assertThat(results.get(3)).isNotDone();
  }

  @Test
  void aSuccessEndsEarlierCallsWithItsResult() throws Exception {
    RepeatedCalls<String> calls = new RepeatedCalls<>(threads, time);
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<String> earlier =
        calls.run(
            () -> {
              try {
                return hanging(running).call();
              } finally {
                ended.countDown();
              }
            });
    CountDownLatch answer = new CountDownLatch(1);
    CompletableFuture<String> answered =
        calls.run(
            () -> {
              running.countDown();
              answer.await();
              return "value";
            });
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<String> later = calls.run(hanging(new CountDownLatch(1)));
    answer.countDown();
    assertThat(answered.get(10, TimeUnit.SECONDS)).isEqualTo("value");
    assertThat(earlier.get(10, TimeUnit.SECONDS)).isEqualTo("value");
    assertThat(ended.await(10, TimeUnit.SECONDS)).as("the earlier call itself").isTrue();
    assertThat(later).isNotDone();
  }

  @Test
  void aCallThatIsNotAcceptedCountsForNothing() {
    boolean[] rejects = {true};
    RepeatedCalls<String> calls =
        new RepeatedCalls<>(
            task -> {
              if (rejects[0]) {
                throw new RejectedExecutionException();
              }
              all.add(task);
            },
            time);
    assertThatThrownBy(() -> calls.run(() -> "")).isInstanceOf(RejectedExecutionException.class);
    rejects[0] = false;
    for (int i = 0; i < 2; i++) {
      time.advance(5_000);
      CompletableFuture<String> unused = calls.run(() -> "");
    }
    assertThat(isCancelled(0)).isFalse();
  }

  /** Hangs like a read from a socket, which ends when the socket is closed. */
  private static Callable<String> hanging(CountDownLatch running) {
    return () -> {
      CountDownLatch closed = new CountDownLatch(1);
      Cancellation.Registration registration = Cancellation.onCancel(closed::countDown);
      try {
        running.countDown();
        closed.await();
      } finally {
        registration.close();
      }
      throw new IOException("the socket was closed");
    };
  }
}
