package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.Socket;

/**
 * Refuses all connections if the settings are invalid, because it is unknown which hosts must be
 * protected.
 */
public final class RefuseAllConnections implements Connections {
  private final String message;

  public RefuseAllConnections(String message) {
    this.message = message;
  }

  @Override
  public Route route(String host, int port, int timeoutMillis) throws IOException {
    throw refusal(host);
  }

  private IOException refusal(String host) {
    return new IOException(
        ErrorCode.SETTINGS_INVALID.driverMessage(
            "no connection to host "
                + host
                + ": all connections are refused until the settings are fixed, because the agent"
                + " cannot tell which hosts to protect. "
                + message));
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return false;
  }
}
