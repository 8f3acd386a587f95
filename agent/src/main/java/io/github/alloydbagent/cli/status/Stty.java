package io.github.alloydbagent.cli.status;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs {@code stty}, which queries and changes the terminal; Java has no API for this. */
final class Stty {

  private Stty() {}

  /** Returns the output; null if the command does not exist or standard input is not a terminal. */
  static @Nullable String run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("stty");
    command.addAll(Arrays.asList(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectErrorStream(true)
              .start();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (InputStream in = process.getInputStream()) {
        for (int next = in.read(); next >= 0; next = in.read()) {
          bytes.write(next);
        }
      }
      return process.waitFor() == 0
          ? new String(bytes.toByteArray(), StandardCharsets.UTF_8).trim()
          : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
