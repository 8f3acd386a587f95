package io.github.alloydbagent.admin;

import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call of the Admin API that failed: it refused, it answered nonsense, or it did not answer. */
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

  /** How long the API asks to be left alone, in milliseconds; 0 if it does not say. */
  public long retryAfterMillis() {
    return retryAfterMillis;
  }

  /** Whether it was the token that the API did not accept. */
  public boolean isUnauthenticated() {
    return status == 401;
  }

  /** Whether the API rejected the call because there are too many (HTTP 429). */
  public boolean isBusy() {
    return status == 429;
  }

  /** Whether trying again without a change is of no use: HTTP 400, 401, 403 and 404. */
  public boolean isTerminal() {
    return status == 400 || status == 401 || status == 403 || status == 404;
  }
}
