package io.github.alloydbagent.refresh;

/**
 * Computes when to fetch the next certificate. The rule is that of Google's own connectors, except
 * for certificates that are valid for ten minutes or less: Google's connectors refresh those as
 * fast as their rate limit allows, which leaves no attempt for a retry after a failure.
 */
final class RefreshCalculator {

  /**
   * A certificate with less than this validity is refreshed shortly before it expires, instead of
   * after half of its remaining validity. This is one hour, for which the agent requests
   * certificates, plus five minutes: without them, a machine whose clock is a second late would
   * refresh certificates of an hour every half hour.
   */
  private static final long LONG_VALIDITY_MILLIS = 3_900_000;

  /** Milliseconds before its expiry at which a certificate is refreshed. */
  static final long BUFFER_MILLIS = 240_000;

  private RefreshCalculator() {}

  /**
   * Returns the milliseconds until the next refresh of a certificate: half of its remaining
   * validity; if it remains valid for less than 65 minutes, until {@link #bufferMillis} before its
   * expiry; 0 if that time has passed.
   *
   * @param leftMillis how long the certificate remains valid
   * @param lifeMillis how long it was valid when it was received
   */
  static long delayMillis(long leftMillis, long lifeMillis) {
    return leftMillis >= LONG_VALIDITY_MILLIS
        ? leftMillis / 2
        : Math.max(0, leftMillis - bufferMillis(lifeMillis));
  }

  /**
   * Returns the milliseconds before its expiry from which a certificate is due: four minutes, or
   * two fifths of a short validity. Certificates of one minute are refreshed every 29 to 36 s,
   * including jitter. On average this is less often than the rate limit allows, which leaves
   * attempts for a retry after a failure.
   */
  static long bufferMillis(long lifeMillis) {
    return Math.min(BUFFER_MILLIS, lifeMillis * 2 / 5);
  }
}
