package io.github.alloydbagent.local;

import java.time.Duration;

/**
 * A fault of an HTTP or gRPC request.
 *
 * @param kind the kind of fault
 * @param status the HTTP status; over gRPC, the canonical code that corresponds to it
 * @param message the text of the error
 * @param delay the delay of the response, or the value of {@code Retry-After}
 */
public record HttpFault(Kind kind, int status, String message, Duration delay) {

  /** The kinds of fault. */
  public enum Kind {
    /** The response is an error in the server's own format. */
    STATUS,
    /** The response is an HTML error page, as a front end sends it. */
    HTML,
    /** The response is correct and delayed. */
    SLOW,
    /** The server reads the request and never responds. */
    NO_ANSWER,
    /** The connection is closed after half of the correct response. */
    CUT_OFF
  }

  /** Responds with this HTTP status, in the server's own error format. */
  public static HttpFault status(int status, String message) {
    return new HttpFault(Kind.STATUS, status, message, Duration.ZERO);
  }

  /** Responds with status 429 and {@code Retry-After}. */
  public static HttpFault tooManyRequests(Duration retryAfter) {
    return new HttpFault(
        Kind.STATUS, 429, "Quota exceeded for quota metric 'Requests'", retryAfter);
  }

  /** Responds with this HTTP status and an HTML page. */
  public static HttpFault html(int status) {
    return new HttpFault(
        Kind.HTML, status, "The server encountered a temporary error", Duration.ZERO);
  }

  /** Delays the correct response. */
  public static HttpFault slow(Duration delay) {
    return new HttpFault(Kind.SLOW, 200, "", delay);
  }

  /** Never responds. */
  public static HttpFault noAnswer() {
    return new HttpFault(Kind.NO_ANSWER, 200, "", Duration.ZERO);
  }

  /** Sends half of the correct response. */
  public static HttpFault cutOff() {
    return new HttpFault(Kind.CUT_OFF, 200, "", Duration.ZERO);
  }
}
