package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RuntimeHolderTest {
  private final RuntimeHolder holder = new RuntimeHolder();
  private final AgentRuntime runtime = new AgentRuntime(null, null, null);

  @Test
  void aFailureIsReplacedByALaterSuccess() throws Exception {
    holder.fail(new OutOfMemoryError("x"));
    assertThat(holder.result().isDone()).isTrue();
    assertThat(holder.failure()).hasMessage("x");

    holder.beginAttempt();
    assertThat(holder.result().isDone()).isFalse();
    assertThat(holder.failure()).as("until an attempt succeeds").hasMessage("x");

    holder.complete(runtime);
    assertThat(holder.result().get()).isSameAs(runtime);
    assertThat(holder.runtime()).isSameAs(runtime);
    assertThat(holder.failure()).isNull();
  }

  @Test
  void aSuccessIsFinal() throws Exception {
    holder.complete(runtime);
    holder.fail(new OutOfMemoryError("of what connections do not need"));
    holder.beginAttempt();
    assertThat(holder.result().get()).isSameAs(runtime);
    assertThat(holder.failure()).isNull();
  }

  /** As with {@code ulimit -u}: the JVM's first thread for the agent cannot be created. */
  @Test
  void theNextConnectionStartsTheThreadThatCouldNotBeStarted() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    int[] failures = {2};
    Thread thread =
        new Thread(ran::countDown) {
          @Override
          public void start() {
            if (failures[0]-- > 0) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            super.start();
          }
        };
    assertThat(holder.startOn(thread)).isFalse();
    assertThatThrownBy(() -> holder.result().get(1, TimeUnit.MINUTES))
        .hasRootCauseMessage("unable to create native thread");
    assertThat(holder.result().isDone()).as("an attempt is in progress").isFalse();
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(holder.result().isDone()).as("and is not begun twice").isFalse();
  }
}
