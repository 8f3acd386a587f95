package io.github.alloydbagent.util;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A failure with an {@link ErrorCode}, which the message that reports it begins with; its own
 * message does not.
 */
public final class CodedException extends IOException implements Coded {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public CodedException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public CodedException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  @Override
  public ErrorCode errorCode() {
    return code;
  }
}
