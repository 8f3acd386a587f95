package io.github.alloydbagent.admin;

import io.github.alloydbagent.util.ErrorCode;

/** Failures of the Admin API for tests of other packages. */
public final class TestApiExceptions {

  private TestApiExceptions() {}

  /** No answer, or one that cannot be read. */
  public static ApiException broken() {
    return new ApiException(ErrorCode.API_UNREACHABLE, 0, "no whole answer", null);
  }

  /**
   * @param retryAfterMillis 0 if the API does not say
   */
  public static ApiException status(int status, long retryAfterMillis) {
    return new ApiException(
        ErrorCode.API_REFUSED, status, "answered HTTP " + status, retryAfterMillis, null);
  }
}
