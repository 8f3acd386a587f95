package io.github.alloydbagent.admin;

import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a call of the Admin API fails: the API refused it, returned an invalid response, or did
 * not respond.
 */
public final class ApiException extends IOException implements Coded {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final int status;
  private final long retryAfterMillis;

  ApiException(ErrorCode code, int status, String message, @Nullable Throwable cause) {
    this(code, status, message, 0, cause);
  }

  ApiException(
      ErrorCode code,
      int status,
      String message,
      long retryAfterMillis,
      @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.status = status;
    this.retryAfterMillis = retryAfterMillis;
  }

  @Override
  public ErrorCode errorCode() {
    return code;
  }

  /** Returns the delay that the API requested before the next call, in milliseconds; 0 if none. */
  public long retryAfterMillis() {
    return retryAfterMillis;
  }

  /** Returns whether the API did not accept the token (HTTP 401). */
  public boolean isUnauthenticated() {
    return status == 401;
  }

  /** Returns whether the API rejected the call because it received too many (HTTP 429). */
  public boolean isBusy() {
    return status == 429;
  }

  /** Returns whether a retry is useless until something is changed: HTTP 400, 401, 403 and 404. */
  public boolean isTerminal() {
    return status == 400 || status == 401 || status == 403 || status == 404;
  }
}
