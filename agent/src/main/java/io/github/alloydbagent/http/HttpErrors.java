package io.github.alloydbagent.http;

import io.github.alloydbagent.crypto.UntrustedServerException;
import io.github.alloydbagent.util.ErrorCode;

/** The codes of HTTP calls that failed, to the Admin API and to token servers alike. */
public final class HttpErrors {

  private HttpErrors() {}

  /**
   * The code of a call's failure.
   *
   * @param otherwise the code if neither a proxy, a redirect nor the server's certificate is to
   *     blame
   */
  public static ErrorCode code(Throwable failure, ErrorCode otherwise) {
    return ErrorCode.of(
        failure,
        UntrustedServerException.in(failure) == null ? otherwise : ErrorCode.API_UNTRUSTED);
  }
}
