package io.github.alloydbagent.admin;

import io.github.alloydbagent.util.ErrorCode;

/** Creates failures of the Admin API for tests of other packages. */
public final class TestApiExceptions {

  private TestApiExceptions() {}

  /** Creates the failure of a call without a response, or with an unreadable one. */
  public static ApiException broken() {
    return new ApiException(ErrorCode.API_UNREACHABLE, 0, "no complete response", null);
  }

  /**
   * Creates the failure of a call with an HTTP status.
   *
   * @param retryAfterMillis 0 without a {@code Retry-After}
   */
  public static ApiException status(int status, long retryAfterMillis) {
    return new ApiException(
        ErrorCode.API_REFUSED, status, "returned HTTP " + status, retryAfterMillis, null);
  }
}
