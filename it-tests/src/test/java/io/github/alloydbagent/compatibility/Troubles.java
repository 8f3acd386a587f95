package io.github.alloydbagent.compatibility;

import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The lines of a log that tell of trouble, without what differs from run to run. */
final class Troubles {

  private static final Pattern TROUBLE =
      Pattern.compile(
          "\\b(WARN|WARNING|ERROR|SEVERE|FATAL)\\b|(Exception|Error)\\b|^Caused by: |^\\s+at"
              + " \\S+\\(");

  /** Before the word for the level: times, threads, and whatever else a layout puts there. */
  private static final Pattern LAYOUT =
      Pattern.compile("^.*?\\b(?=(WARN|WARNING|ERROR|SEVERE|FATAL)\\b)");

  /** With the name of a thread as Spring Boot cuts it: its end, so that pools' names differ. */
  private static final Pattern VARYING =
      Pattern.compile(
          "(?<=--- )\\[[^\\]]*\\]|@[0-9a-f]+|\\b[0-9a-f]{8,}\\b|"
              + Pattern.quote(System.getProperty("java.io.tmpdir"))
              + "[^\\s:,]+|\\d+");

  /** Colours hide where a word begins. */
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
