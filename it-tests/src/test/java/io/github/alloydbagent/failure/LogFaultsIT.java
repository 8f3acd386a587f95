package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a log that cannot be written, with many messages to log. */
@AlloyDbTest
class LogFaultsIT {
  private static LocalAlloyDb alloyDb;

  @TempDir private Path directory;

  private Attempts logTo(String file) throws Exception {
    try (LoadedJvm jvm = new LoadedJvm(directory, alloyDb)) {
      jvm.every(Duration.ofMillis(800))
          .property("alloydb.agent.log-level", "trace")
          .property("alloydb.agent.log-file", file)
          .host("orders-db", alloyDb.instance("primary").name())
          .start()
          .awaitConnected();
      jvm.measure();
      TimeUnit.SECONDS.sleep(2);
      jvm.measure();
      return jvm.stop();
    }
  }

  @Test
  void aDeviceIsNoLogFile() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "a device");
    Attempts attempts = logTo("/dev/full");
    attempts.assertNoFailure("orders-db", 0, Long.MAX_VALUE);
    attempts.assertNothingLeaked();
    assertThat(attempts.jvm().err())
        .contains(
            "WARN alloydb-agent: AAJ-911: log-file ", "it is not a regular file", "standard error")
        .contains("host orders-db:5432 is connected to");
  }

  @Test
  void logsToStandardErrorIfTheFileSystemIsReadOnly() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self")), "a file system that is read-only to everyone");
    Attempts attempts = logTo("/proc/alloydb-agent.log");
    attempts.assertNoFailure("orders-db", 0, Long.MAX_VALUE);
    attempts.assertNothingLeaked();
    assertThat(attempts.jvm().err())
        // an ordinary user lacks the permission already when the settings are read
        .containsPattern("WARN alloydb-agent: AAJ-(112|911): log-file ")
        .contains("/proc/alloydb-agent.log", "standard error")
        .contains("host orders-db:5432 is connected to");
  }
}
