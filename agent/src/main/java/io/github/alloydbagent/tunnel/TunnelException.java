package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that could not be made; its message says at which stage, where, why, and what to do.
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
