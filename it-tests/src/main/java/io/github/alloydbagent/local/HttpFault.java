package io.github.alloydbagent.local;

import java.time.Duration;

/**
 * A way for an HTTP or gRPC request to go wrong.
 *
 * @param kind which way
 * @param status the HTTP status; over gRPC it becomes the code that Google's table pairs with it
 * @param message what the error says
 * @param delay how long the answer is held back, or the number of seconds in {@code Retry-After}
 */
public record HttpFault(Kind kind, int status, String message, Duration delay) {

  /** The ways. */
  public enum Kind {
    /** An error in the server's own format. */
    STATUS,
    /** An error page such as a front end shows. */
    HTML,
    /** The right answer, late. */
    SLOW,
    /** The request is read, and nothing more happens. */
    NO_ANSWER,
    /** The right answer, of which half arrives before the connection is closed. */
    CUT_OFF
  }

  /** An error with the given HTTP status, in the server's own format. */
  public static HttpFault status(int status, String message) {
    return new HttpFault(Kind.STATUS, status, message, Duration.ZERO);
  }

  /** 429, with {@code Retry-After}. */
  public static HttpFault tooManyRequests(Duration retryAfter) {
    return new HttpFault(
        Kind.STATUS, 429, "Quota exceeded for quota metric 'Requests'", retryAfter);
  }

  /** An HTML page with the given HTTP status. */
  public static HttpFault html(int status) {
    return new HttpFault(
        Kind.HTML, status, "The server encountered a temporary error", Duration.ZERO);
  }

  /** The right answer after a delay. */
  public static HttpFault slow(Duration delay) {
    return new HttpFault(Kind.SLOW, 200, "", delay);
  }

  /** No answer, for as long as the client waits. */
  public static HttpFault noAnswer() {
    return new HttpFault(Kind.NO_ANSWER, 200, "", Duration.ZERO);
  }

  /** Half of the right answer. */
  public static HttpFault cutOff() {
    return new HttpFault(Kind.CUT_OFF, 200, "", Duration.ZERO);
  }
}
