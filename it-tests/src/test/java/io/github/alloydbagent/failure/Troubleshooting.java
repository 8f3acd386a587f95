package io.github.alloydbagent.failure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code docs/troubleshooting.md}: the messages that it has something to say about. They are what
 * stands between backticks in a heading, or first in a row of a table or in an item of a list.
 */
final class Troubleshooting {
  private static final Path FILE = Path.of("..", "docs", "troubleshooting.md");
  private static final String PHRASES = "`[^`]+`(?:, `[^`]+`)*";
  private static final Pattern HEADING = Pattern.compile("^### (`.*)$", Pattern.MULTILINE);
  private static final Pattern FIRST =
      Pattern.compile("^(?:### |- |\\| )(" + PHRASES + ")", Pattern.MULTILINE);
  private static final Pattern PHRASE = Pattern.compile("`([^`]+)`");

  /** In a phrase, for what differs from case to case. */
  static final String GAP = "...";

  private Troubleshooting() {}

  /** The phrases of messages that have a section of their own, in their order. */
  static List<String> sections() {
    return phrases(HEADING);
  }

  /** All phrases, with those of tables and lists. */
  static List<String> phrases() {
    return phrases(FIRST);
  }

  private static List<String> phrases(Pattern places) {
    try {
      return places
          .matcher(Files.readString(FILE))
          .results()
          .flatMap(place -> PHRASE.matcher(place.group(1)).results())
          .map(phrase -> phrase.group(1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What of a phrase is the same in all cases; a number at the end is an example. */
  static List<String> fixedParts(String phrase) {
    return Pattern.compile(GAP, Pattern.LITERAL)
        .splitAsStream(phrase.replaceFirst("[0-9]+$", ""))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  /** Whether somebody with this message finds a section about it there. */
  static boolean knows(String message) {
    return sections().stream()
        .map(Troubleshooting::pattern)
        .anyMatch(p -> p.matcher(message).find());
  }

  /**
   * Whether a text of the code is on the page: in it is a whole phrase, or a part of one. A single
   * word does not count, being in many.
   */
  static boolean mentions(String text) {
    return phrases().stream()
        .filter(phrase -> phrase.contains(" "))
        .anyMatch(
            phrase ->
                pattern(phrase).matcher(text).find()
                    || fixedParts(phrase).stream()
                        .anyMatch(part -> part.contains(" ") && text.contains(part)));
  }

  private static Pattern pattern(String phrase) {
    String quoted = Pattern.quote(phrase).replace(GAP, "\\E.+\\Q");
    return Pattern.compile(quoted);
  }
}
