package io.github.alloydbagent.config.setting;

/** Parses durations as written in settings. */
public final class Durations {

  private Durations() {}

  /**
   * Parses {@code 30s}, {@code 500ms}, {@code 2m}, or a number of seconds, and returns
   * milliseconds.
   *
   * @throws IllegalArgumentException if the text has none of these forms; the message is the
   *     expected form
   */
  public static long millis(String text) {
    try {
      Long millis = ValueParser.DURATION.parse(text);
      if (millis != null) {
        return millis;
      }
    } catch (InvalidValueException e) {
      // falls through to the exception below
    }
    throw new IllegalArgumentException(ValueParser.DURATION.expected);
  }
}
