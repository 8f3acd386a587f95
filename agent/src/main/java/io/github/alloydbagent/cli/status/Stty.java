package io.github.alloydbagent.cli.status;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The system's command that asks and sets the terminal, since Java can do neither. */
final class Stty {

  private Stty() {}

  /** What it answers; null where there is no such command, or standard input is no terminal. */
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
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      try (InputStream in = process.getInputStream()) {
        for (int next = in.read(); next >= 0; next = in.read()) {
          said.write(next);
        }
      }
      return process.waitFor() == 0
          ? new String(said.toByteArray(), StandardCharsets.UTF_8).trim()
          : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
