package io.github.alloydbagent.failure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** {@code docs/troubleshooting.md}: the messages that it has something to say about. */
final class Troubleshooting {
  private static final Path FILE = Path.of("..", "docs", "troubleshooting.md");
  private static final Pattern HEADING = Pattern.compile("^### (`.*)$", Pattern.MULTILINE);
  private static final Pattern PHRASE = Pattern.compile("`([^`]+)`");

  /** In a phrase, for what differs from case to case. */
  static final String GAP = "...";

  private Troubleshooting() {}

  /** The phrases of messages that have an entry, in their order. */
  static List<String> phrases() {
    try {
      return HEADING
          .matcher(Files.readString(FILE))
          .results()
          .flatMap(heading -> PHRASE.matcher(heading.group(1)).results())
          .map(phrase -> phrase.group(1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether somebody with this message finds it there. */
  static boolean knows(String message) {
    return phrases().stream()
        .map(Troubleshooting::pattern)
        .anyMatch(p -> p.matcher(message).find());
  }

  private static Pattern pattern(String phrase) {
    String quoted = Pattern.quote(phrase).replace(GAP, "\\E.+\\Q");
    return Pattern.compile(quoted);
  }
}
