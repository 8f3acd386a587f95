package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a connection cannot be opened. The message contains the stage, the address, the cause
 * and the remedy.
 */
public final class TunnelException extends IOException implements Coded {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  TunnelException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  @Override
  public ErrorCode errorCode() {
    return code;
  }
}
