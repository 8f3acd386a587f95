package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.config.setting.OnRemap;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SettingsWatchTest {
  private static final long LOOK = SettingsWatch.CHECK_INTERVAL_MILLIS;

  @TempDir private Path directory;
  private final TestCore core = new TestCore();
  private final List<String> remaps = new ArrayList<>();
  private Path file;
  private Runnable failure = () -> {};
  private Runnable beforeReading = () -> {};

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("agent.properties");
    map(TestCore.BLUE);
  }

  private void map(String instance) throws IOException {
    Files.writeString(file, "instances=orders-db=" + instance + "\n");
  }

  private Settings read() throws SettingsException {
    beforeReading.run();
    return Settings.read("config-file=" + file, Map.of(), Map.of(), new File("none"));
  }

  private SettingsWatch watch() throws SettingsException {
    return new SettingsWatch(
        file.toFile(),
        read().fileContent(),
        this::read,
        this::remap,
        settings -> {},
        core.threads,
        core.time,
        SettingsWatch.CHECK_INTERVAL_MILLIS,
        core.log);
  }

  private void remap(List<Mapping> mappings, OnRemap onRemap) {
    String cluster = mappings.get(0).instance().clusterUri();
    remaps.add(cluster.substring(cluster.lastIndexOf('/') + 1));
    failure.run();
  }

  private void runChecks(int count) {
    core.time.advance(count * LOOK);
  }

  @Test
  void appliesAStableChange() throws Exception {
    watch().start();
    runChecks(5);
    assertThat(remaps).isEmpty();
    map(TestCore.GREEN);
    runChecks(1);
    assertThat(remaps).as("it may be half written").isEmpty();
    runChecks(5);
    assertThat(remaps).containsExactly("green");
    assertThat(core.said()).contains("config-file " + file + " has changed; now ");
  }

  @Test
  void appliesAnEditBetweenReadingTheSettingsAndTheFirstLook() throws Exception {
    SettingsWatch watch = watch();
    map(TestCore.GREEN);
    watch.start();
    runChecks(3);
    assertThat(remaps).containsExactly("green");
  }

  @Test
  void doesNotApplyAChangeWhileItIsRead() throws Exception {
    watch().start();
    map(TestCore.GREEN);
    runChecks(1);
    beforeReading =
        () -> {
          beforeReading = () -> {};
          try {
            map(TestCore.RED);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    runChecks(1);
    assertThat(remaps).as("it may be half written").isEmpty();
    runChecks(5);
    assertThat(remaps).containsExactly("red");
  }

  @Test
  void triesARemapThatThrowsAgain() throws Exception {
    watch().start();
    map(TestCore.GREEN);
    failure =
        () -> {
          throw new IllegalStateException("broken");
        };
    runChecks(2);
    assertThat(remaps).containsExactly("green");
    assertThat(core.said())
        .contains("config-file " + file)
        .contains("IllegalStateException: broken")
        .contains("The agent retries")
        .doesNotContain("in effect again");
    runChecks(10);
    assertThat(remaps).hasSize(11);
    assertThat(core.said().split("applying it failed", -1)).as("throttled").hasSize(2);

    failure = () -> {};
    runChecks(1);
    assertThat(remaps).hasSize(12);
    assertThat(core.said()).contains("in effect again, after 11 failures in 22 s");
    runChecks(10);
    assertThat(remaps).as("taken").hasSize(12);
  }

  @Test
  void anotherEditEndsTheOutage() throws Exception {
    watch().start();
    map(TestCore.GREEN);
    failure =
        () -> {
          throw new LinkageError("broken");
        };
    runChecks(2);
    failure = () -> {};
    map(TestCore.BLUE);
    runChecks(5);
    assertThat(remaps).as("green may be half applied").containsExactly("green", "blue");
    assertThat(core.said()).contains("in effect again");
  }

  @Test
  void anInvalidEditIsNotARecovery() throws Exception {
    watch().start();
    map(TestCore.GREEN);
    failure =
        () -> {
          throw new IllegalStateException("broken");
        };
    runChecks(2);
    Files.writeString(file, "instances=orders-db=projects/p\n");
    runChecks(50);
    assertThat(core.said())
        .contains("the mapping remains unchanged: 1 error")
        .doesNotContain("in effect again");
    assertThat(core.said().split("remains unchanged", -1)).as("warned once").hasSize(2);
  }

  @Test
  void appliesAnEditWhoseErrorIsFixedLater() throws Exception {
    watch().start();
    Path key = directory.resolve("key.json");
    Files.writeString(
        file, "instances=orders-db=" + TestCore.GREEN + "\ncredentials-file=" + key + "\n");
    runChecks(5);
    assertThat(remaps).isEmpty();
    Files.writeString(key, "{}");
    runChecks(1);
    assertThat(remaps).containsExactly("green");
  }

  @Test
  void ownsOneScheduledTaskWhateverIsThrown() throws Exception {
    watch().start();
    assertThat(core.time.periodic()).isEqualTo(1);
    map(TestCore.GREEN);
    for (Throwable each :
        List.of(
            new OutOfMemoryError("heap"), new RuntimeException("x"), new StackOverflowError())) {
      failure = () -> SettingsWatchTest.<RuntimeException>sneaky(each);
      runChecks(3);
      assertThat(core.time.periodic()).isEqualTo(1);
    }
    for (Throwable each :
        List.of(new RejectedExecutionException("full"), new OutOfMemoryError("no thread"))) {
      core.workers = task -> SettingsWatchTest.<RuntimeException>sneaky(each);
      runChecks(3);
      assertThat(core.time.periodic()).isEqualTo(1);
    }
    core.workers = Runnable::run;
    failure = () -> {};
    runChecks(1);
    assertThat(remaps).endsWith("green");
    assertThat(core.time.periodic()).isEqualTo(1);
  }

  /** Regression: the task that was to be rescheduled was lost, and edits were never applied. */
  @Test
  void survivesATimerThatThrows() throws Exception {
    watch().start();
    runChecks(1);
    core.time.failScheduling(new OutOfMemoryError("thrown by a test"));
    runChecks(1);
    core.time.failScheduling(null);
    map(TestCore.GREEN);
    runChecks(3);
    assertThat(remaps).containsExactly("green");
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneaky(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void checksNeverOverlap() throws Exception {
    List<Runnable> held = new ArrayList<>();
    core.workers = held::add;
    watch().start();
    runChecks(10);
    assertThat(held).hasSize(1);
    held.remove(0).run();
    runChecks(10);
    assertThat(held).hasSize(1);
    assertThat(core.time.pending()).isZero();
    assertThat(core.time.periodic()).isEqualTo(1);
  }

  @Test
  void keepsTheMappingWhereTheFileIsTooLarge() throws Exception {
    watch().start();
    Files.write(file, new byte[(1 << 20) + 1]);
    runChecks(3);
    assertThat(remaps).isEmpty();
    assertThat(core.said()).contains("the mapping remains unchanged").contains("1 MiB");
    map(TestCore.GREEN);
    runChecks(3);
    assertThat(remaps).containsExactly("green");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeInThePlaceOfTheFileHoldsNoWorker() throws Exception {
    watch().start();
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    CompletableFuture<Void> looking = CompletableFuture.runAsync(() -> runChecks(3));
    try {
      looking.get(10, TimeUnit.SECONDS);
    } finally {
      // releases any thread that is opening the pipe
      new RandomAccessFile(file.toFile(), "rw").close();
    }
    assertThat(core.said())
        .contains("the mapping remains unchanged")
        .contains("not a regular file");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPipeIsNoSettingsFileAtTheStartEither() throws Exception {
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    CompletableFuture<Settings> reading =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return read();
              } catch (SettingsException e) {
                throw new IllegalArgumentException(e.getMessage());
              }
            });
    try {
      assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS))
          .hasMessageContaining("config-file")
          .hasMessageContaining(file.toString())
          .hasMessageContaining("not a regular file");
    } finally {
      new RandomAccessFile(file.toFile(), "rw").close();
    }
  }
}
