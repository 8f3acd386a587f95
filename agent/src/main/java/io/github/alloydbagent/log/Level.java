package io.github.alloydbagent.log;

import java.util.Locale;

/** How much is said, least first. */
public enum Level {
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
  public static Level of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
