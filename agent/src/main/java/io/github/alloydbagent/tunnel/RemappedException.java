package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;

/**
 * Thrown if the host of a connection was remapped while the connection was being opened. A caller
 * that knows the new mapping may try again.
 */
public final class RemappedException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param host the host and port as the driver specified them
   * @param instance the instance that the host was mapped to
   */
  public RemappedException(String host, String instance) {
    super(
        ErrorCode.REMAPPED.driverMessage(
            "no connection to host "
                + host
                + ": it was remapped while the connection was being opened, and no longer leads to "
                + instance
                + ". Connect again."));
  }
}
