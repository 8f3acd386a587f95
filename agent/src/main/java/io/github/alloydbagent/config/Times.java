package io.github.alloydbagent.config;

/** Times as people write them in settings. */
public final class Times {

  private Times() {}

  /**
   * The milliseconds of {@code 30s}, {@code 500ms}, {@code 2m}, or a number of seconds.
   *
   * @throws IllegalArgumentException if it is none of these; the message says what is expected
   */
  public static long millis(String text) {
    try {
      Long millis = Syntax.DURATION.parse(text);
      if (millis != null) {
        return millis;
      }
    } catch (UnfitException e) {
      // said below
    }
    throw new IllegalArgumentException(Syntax.DURATION.expected);
  }
}
