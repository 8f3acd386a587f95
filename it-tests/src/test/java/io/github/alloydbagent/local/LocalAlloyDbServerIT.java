package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAlloyDbServerIT {
  @TempDir private Path directory;

  @Test
  void stopsAtTheEndOfStandardInputAndLeavesNothing() throws Exception {
    JvmResult result = server("--stdin").input("status\nnonsense\n").run().checkSucceeded();

    assertThat(result.outLines())
        .anyMatch(
            line ->
                line.matches(
                    "export ALLOYDB_INSTANCES='orders-db=projects/.+/instances/primary,"
                        + "orders-reads=projects/.+/instances/reads'"))
        .anyMatch(line -> line.matches("export ALLOYDB_AGENT_API_ENDPOINT='http://127.0.0.1:\\d+'"))
        .anyMatch(line -> line.matches("export GOOGLE_APPLICATION_CREDENTIALS='/.+\\.json'"))
        .contains("# ready")
        .anyMatch(line -> line.startsWith("connection-info=0 "))
        .anyMatch(line -> line.startsWith("\"nonsense\" is not a valid command"));
    assertThat(result.err()).isEmpty();
    assertThat(left()).isEmpty();
  }

  @Test
  void stopsWhenTerminatedAndLeavesNothing() throws Exception {
    try (RunningJvm jvm = server().start()) {
      jvm.awaitOut("# ready");
      ProcessHandle postgres = postgres();
      assertThat(postgres.isAlive()).isTrue();

      ProcessHandle.of(jvm.pid()).orElseThrow().destroy();

      assertThat(jvm.await().timedOut()).isFalse();
      // pg_ctl waits for the deletion of the PID file, which happens shortly before the process
      // exits
      postgres.onExit().get(10, TimeUnit.SECONDS);
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void leavesNothingWhenTerminatedDuringTheStart() throws Exception {
    try (RunningJvm jvm = server().start()) {
      while (left().isEmpty()) {
        Thread.onSpinWait();
      }
      ProcessHandle.of(jvm.pid()).orElseThrow().destroy();

      assertThat(jvm.await().timedOut()).isFalse();
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void rejectsUnknownArguments() {
    JvmResult result = server("--port", "1").run();

    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err())
        .contains("invalid arguments \"--port 1\"; the only argument is --stdin");
  }

  private Jvm server(String... arguments) {
    return Jvm.of(Jdk.running())
        .property("java.io.tmpdir", directory.toString())
        .flags("-cp", System.getProperty("java.class.path"))
        .main(LocalAlloyDbServer.class.getName(), arguments);
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      // every JVM has such a directory, for jps
      return files.filter(f -> !f.getFileName().toString().startsWith("hsperfdata")).toList();
    }
  }

  /** Returns PostgreSQL's main process, whose ID is in its data directory. */
  private ProcessHandle postgres() throws IOException {
    Path own =
        left().stream()
            .filter(f -> f.getFileName().toString().startsWith("local-alloydb-"))
            .findAny()
            .orElseThrow();
    Path file = own.resolve("pg").resolve("data").resolve("postmaster.pid");
    long pid = Long.parseLong(Files.readAllLines(file).get(0));
    return ProcessHandle.of(pid).orElseThrow();
  }
}
