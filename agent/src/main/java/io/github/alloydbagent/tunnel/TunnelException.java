package io.github.alloydbagent.tunnel;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that could not be made; its message says at which stage, where, why, and what to do.
 */
public final class TunnelException extends IOException {
  private static final long serialVersionUID = 1L;

  TunnelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
