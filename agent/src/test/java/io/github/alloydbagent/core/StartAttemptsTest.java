package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.tunnel.TestTunnels;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartAttemptsTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final RuntimeHolder runtime = new RuntimeHolder();
  private final Deque<Throwable> failures = new ArrayDeque<>();
  private final List<Long> pauses = new ArrayList<>();
  private final List<Throwable> failuresBetweenAttempts = new ArrayList<>();
  private int attempts;

  private String run(OutputStream out) {
    Log log = new Log(LogLevel.INFO, new PrintStream(out, true, StandardCharsets.UTF_8));
    new StartAttempts(
            () -> {
              attempts++;
              Throwable failure = failures.poll();
              if (failure instanceof Error error) {
                throw error;
              } else if (failure != null) {
                throw (Exception) failure;
              }
              runtime.complete(new AgentRuntime(null, null, null));
            },
            runtime,
            millis -> {
              pauses.add(millis);
              failuresBetweenAttempts.add(runtime.failure());
            },
            log)
        .run();
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void startsAfterFailuresThatEnd() {
    failures.add(new OutOfMemoryError("Java heap space"));
    failures.add(new OutOfMemoryError("unable to create native thread"));
    failures.add(new NoClassDefFoundError("X"));
    failures.add(new IllegalStateException("y"));
    List<Throwable> expected = List.copyOf(failures);
    String log = run(said);

    assertThat(runtime.runtime()).isNotNull();
    assertThat(runtime.failure()).isNull();
    assertThat(pauses).containsExactly(1_000L, 2_000L, 4_000L, 8_000L);
    assertThat(failuresBetweenAttempts).isEqualTo(expected);
    assertThat(log)
        .contains(
            "ERROR alloydb-agent: AAJ-902: could not start: java.lang.OutOfMemoryError: Java heap space",
            "the next attempt is in 1 s.",
            "INFO alloydb-agent: started");
  }

  @Test
  void triesForAsLongAsTheJvmLivesAndReportsEachFailureOnce() {
    for (int i = 0; i < 100; i++) {
      failures.add(new OutOfMemoryError("Java heap space"));
    }
    String log = run(said);

    assertThat(runtime.runtime()).isNotNull();
    assertThat(pauses).hasSize(100).endsWith(30_000L).allMatch(millis -> millis <= 30_000);
    assertThat(log.lines()).hasSize(2);
  }

  @Test
  void aJvmWithoutTls13IsFinal() {
    failures.add(TestTunnels.failure("no TLS 1.3"));
    String log = run(said);

    assertThat(attempts).isOne();
    assertThat(pauses).isEmpty();
    assertThat(runtime.failure()).hasMessage("no TLS 1.3");
    assertThat(log).contains("could not start: no TLS 1.3. Connections to mapped hosts will fail.");
  }

  @Test
  void connectionsLearnOfAFailureEvenIfItCannotBeLogged() {
    failures.add(new OutOfMemoryError("Java heap space"));
    run(
        new OutputStream() {
          @Override
          public void write(int b) {
            assertThat(runtime.failure() != null || runtime.runtime() != null).isTrue();
            throw new OutOfMemoryError("of the log");
          }
        });
    assertThat(failuresBetweenAttempts).hasSize(1);
    assertThat(failuresBetweenAttempts.get(0)).hasMessage("Java heap space");
    assertThat(runtime.runtime()).isNotNull();
  }

  @Test
  void whatConnectionsDoNotNeedIsTriedAgainWithoutFailingThem() throws Exception {
    AgentRuntime started = new AgentRuntime(null, null, null);
    runtime.complete(started);
    failures.add(new OutOfMemoryError("Java heap space"));
    String log = run(said);

    assertThat(attempts).isEqualTo(2);
    assertThat(failuresBetweenAttempts).containsOnlyNulls();
    assertThat(log).contains("could not start everything", "Connections are not affected");
  }
}
