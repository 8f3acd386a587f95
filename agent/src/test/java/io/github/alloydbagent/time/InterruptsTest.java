package io.github.alloydbagent.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Covers platform threads; InterruptsIT covers virtual ones. */
@Timeout(30)
class InterruptsTest {

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  @Test
  void doNotEndAWaitAndStaySet() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    Thread waiting = Thread.currentThread();
    Thread completing =
        new Thread(
            () -> {
              while (waiting.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
              waiting.interrupt();
              while (waiting.isInterrupted()) { // until the wait has noticed it
                Thread.onSpinWait();
              }
              future.complete("answer");
            });
    completing.start();
    assertThat(Interrupts.get(future, 20_000)).isEqualTo("answer");
    assertThat(Thread.interrupted()).isTrue();
    completing.join();
  }

  @Test
  void beforeAWaitDoNotEndItEither() throws Exception {
    Thread.currentThread().interrupt();
    CompletableFuture<String> never = new CompletableFuture<>();
    assertThatThrownBy(() -> Interrupts.get(never, 20)).isInstanceOf(TimeoutException.class);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThatThrownBy(
            () ->
                Interrupts.get(
                    CompletableFuture.failedFuture(new IllegalStateException("broken")), 20_000))
        .isInstanceOf(ExecutionException.class);
    assertThat(Interrupts.get(CompletableFuture.completedFuture("there"), 0)).isEqualTo("there");
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(Interrupts.isInterruptedVirtualThread()).isFalse();
  }
}
