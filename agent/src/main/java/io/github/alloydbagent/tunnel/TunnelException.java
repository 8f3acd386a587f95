package io.github.alloydbagent.tunnel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a connection cannot be opened. The message contains the stage, the address, the cause
 * and the remedy.
 */
public final class TunnelException extends IOException {
  private static final long serialVersionUID = 1L;

  TunnelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
