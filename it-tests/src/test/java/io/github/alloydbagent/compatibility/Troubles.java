package io.github.alloydbagent.compatibility;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Extracts warnings and errors from a log, without the parts that differ between runs. */
final class Troubles {

  private static final Pattern TROUBLE =
      Pattern.compile(
          "\\b(WARN|WARNING|ERROR|SEVERE|FATAL)\\b|(Exception|Error)\\b|^Caused by: |^\\s+at"
              + " \\S+\\(");

  /** Times, threads, and other parts of a layout that precede the level. */
  private static final Pattern LAYOUT =
      Pattern.compile("^.*?\\b(?=(WARN|WARNING|ERROR|SEVERE|FATAL)\\b)");

  /**
   * Includes the name of a thread as Spring Boot truncates it, to its end, so that the names of
   * pools differ.
   */
  private static final Pattern VARYING =
      Pattern.compile(
          "(?<=--- )\\[[^\\]]*\\]|@[0-9a-f]+|\\b[0-9a-f]{8,}\\b|"
              + Pattern.quote(System.getProperty("java.io.tmpdir"))
              + "[^\\s:,]+|\\d+");

  /** Color codes would hide the beginning of a word. */
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  private Troubles() {}

  static Set<String> of(String log) {
    return COLOUR
        .matcher(log)
        .replaceAll("")
        .lines()
        .filter(line -> TROUBLE.matcher(line).find())
        .map(line -> LAYOUT.matcher(line).replaceFirst(""))
        .map(line -> VARYING.matcher(line).replaceAll("#"))
        .collect(Collectors.toSet());
  }
}
