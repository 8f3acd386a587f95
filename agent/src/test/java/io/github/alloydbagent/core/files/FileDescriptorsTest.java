package io.github.alloydbagent.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Runs in a process with available file descriptors. */
class FileDescriptorsTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  private boolean waits(File file) throws InterruptedException {
    return new FileDescriptors(file, new Log(LogLevel.INFO, new PrintStream(logged))).await();
  }

  @Test
  void thatAreThereAreNotWaitedFor() throws Exception {
    assertThat(waits(new File(System.getProperty("java.home"), "release"))).isFalse();
    assertThat(waits(new File("not there"))).as("another failure").isFalse();
    assertThat(logged.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
