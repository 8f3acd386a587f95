package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file that a program writes while it runs. */
final class LogFile {

  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(3);

  private LogFile() {}

  /**
   * Waits until the file contains the text; fails if its writer exits first or after some minutes.
   */
  static void await(Path file, String text, ProcessHandle writer)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    while (!Files.exists(file) || !Files.readString(file).contains(text)) {
      assertThat(writer.isAlive()).as("the program that must write %s is alive", text).isTrue();
      assertThat(System.nanoTime()).as("the time to write %s", text).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }
}
