package io.github.alloydbagent.driver;

import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a connection that a driver has opened to a mapped host without a tunnel, before the
 * driver sends anything.
 */
final class StreamGuard {

  private final Connections connections;
  private final Runnable repair;

  /**
   * @param repair weaves the driver's classes again
   */
  StreamGuard(Connections connections, Runnable repair) {
    this.connections = connections;
    this.repair = repair;
  }

  /** Returns normally if the socket is a tunnel or its host is not mapped. */
  void check(String driver, @Nullable Socket socket, String host, int port) throws IOException {
    if (socket != null && connections.isTunnel(socket)) {
      return;
    }
    boolean mapped;
    try {
      mapped = connections.route(host, port, 0) != null;
    } catch (IOException e) {
      close(socket);
      throw e;
    }
    if (!mapped) {
      return;
    }
    close(socket);
    repair.run();
    throw new IOException(
        ErrorCode.DRIVER_WITHOUT_TUNNEL.driverMessage(
            "refused a connection to the mapped host "
                + host
                + ":"
                + port
                + ": the driver's class "
                + driver
                + " opened it without a tunnel, because its class PGStream lacks the agent's changes."
                + " Nothing was sent. The agent has changed that class again: connect again. If"
                + " this persists, put this agent's -javaagent flag after those of other agents."));
  }

  private static void close(@Nullable Socket socket) {
    if (socket == null) {
      return;
    }
    try {
      socket.close();
    } catch (IOException e) {
      // Throwing the refusal is more important.
    }
  }
}
