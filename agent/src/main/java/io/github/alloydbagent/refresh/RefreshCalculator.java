package io.github.alloydbagent.refresh;

/** When to fetch the next certificate: the rule of Google's own connectors. */
final class RefreshCalculator {

  /** With less than this left, half of what is left is too long to wait; milliseconds. */
  private static final long HOUR = 3_600_000;

  /** A certificate is refreshed this long before its end; milliseconds. */
  static final long BUFFER = 240_000;

  private RefreshCalculator() {}

  /**
   * Milliseconds from now until the next refresh of a certificate: half its remaining life; with
   * less than an hour left, four minutes before its end; with less than four minutes left, now.
   */
  static long delay(long nowMillis, long endMillis) {
    long left = endMillis - nowMillis;
    if (left >= HOUR) {
      return left / 2;
    }
    return Math.max(0, left - BUFFER);
  }
}
