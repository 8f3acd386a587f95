package io.github.alloydbagent.config.setting;

/** Times as people write them in settings. */
public final class Durations {

  private Durations() {}

  /**
   * The milliseconds of {@code 30s}, {@code 500ms}, {@code 2m}, or a number of seconds.
   *
   * @throws IllegalArgumentException if it is none of these; the message says what is expected
   */
  public static long millis(String text) {
    try {
      Long millis = ValueParser.DURATION.parse(text);
      if (millis != null) {
        return millis;
      }
    } catch (InvalidValueException e) {
      // said below
    }
    throw new IllegalArgumentException(ValueParser.DURATION.expected);
  }
}
