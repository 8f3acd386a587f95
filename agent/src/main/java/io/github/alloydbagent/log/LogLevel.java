package io.github.alloydbagent.log;

import java.util.Locale;

/** How much is said, least first. */
public enum LogLevel {
  OFF,
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE;

  /**
   * The level of that name, in any case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LogLevel of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
