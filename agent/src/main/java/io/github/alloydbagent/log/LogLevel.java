package io.github.alloydbagent.log;

import java.util.Locale;

/** The log levels, least verbose first. */
public enum LogLevel {
  OFF,
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE;

  /**
   * Returns the level with this name, in any case.
   *
   * @throws IllegalArgumentException if no level has this name
   */
  public static LogLevel of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
