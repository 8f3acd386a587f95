package io.github.alloydbagent.failure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code docs/troubleshooting.md}: the codes of failures that have a section there. */
final class Troubleshooting {
  private static final Pattern CODE = Pattern.compile("AlloyDB Agent: (AAJ-[0-9]{3}): ");

  private Troubleshooting() {}

  /** Whether the message has a code, and the page a section about it. */
  static boolean knows(String message) {
    String code = code(message);
    return !code.isEmpty() && page().contains("\n### " + code + " ");
  }

  /** The code of a message of the agent's; empty if there is none. */
  static String code(String message) {
    Matcher code = CODE.matcher(message);
    return code.find() ? code.group(1) : "";
  }

  private static String page() {
    try {
      return Files.readString(Path.of("..", "docs", "troubleshooting.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
