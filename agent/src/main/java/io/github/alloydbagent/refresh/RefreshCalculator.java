package io.github.alloydbagent.refresh;

/**
 * When to fetch the next certificate: the rule of Google's own connectors, but for certificates of
 * ten minutes or less. Those connectors ask for such again and again, as fast as their rate limit
 * lets them, which leaves them no turn for a second try when one fails.
 */
final class RefreshCalculator {

  /**
   * Up to that many milliseconds, a certificate is refreshed shortly before it expires, not after
   * half of its life: an hour, which is what the agent asks for, and five minutes more, or a
   * machine whose clock is a second late would refresh certificates of an hour every half hour.
   */
  private static final long LONG_LIFE = 3_900_000;

  /** A certificate is refreshed this long before its end; milliseconds. */
  static final long BUFFER = 240_000;

  private RefreshCalculator() {}

  /**
   * Milliseconds from now until the next refresh of a certificate: half its remaining life; with an
   * hour left or less, {@link #buffer} before its end; with less than that left, 0.
   *
   * @param leftMillis how long it remains valid
   * @param lifeMillis how long it was valid when it came
   */
  static long delay(long leftMillis, long lifeMillis) {
    return leftMillis >= LONG_LIFE ? leftMillis / 2 : Math.max(0, leftMillis - buffer(lifeMillis));
  }

  /**
   * Milliseconds before its end from which a certificate is due: four minutes, but of a short life
   * two fifths. Of a minute that makes a refresh every 29 to 36 s, jitter included: on average less
   * often than the rate limit allows, so that there is a turn left when one fails.
   */
  static long buffer(long lifeMillis) {
    return Math.min(BUFFER, lifeMillis * 2 / 5);
  }
}
