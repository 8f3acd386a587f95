package io.github.alloydbagent.core;

import io.github.alloydbagent.driver.Connections;
import java.io.IOException;
import java.net.Socket;
import java.security.AccessController;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import org.jspecify.annotations.Nullable;

/**
 * Connections made with the agent's own permissions: under a security manager, an application needs
 * those for its host, as without the agent, and none for what the agent does to reach it.
 */
final class PrivilegedConnections implements Connections {
  private final Connections to;

  PrivilegedConnections(Connections to) {
    this.to = to;
  }

  @Override
  public @Nullable Route route(String host, int port, int timeoutMillis) throws IOException {
    Route route =
        System.getSecurityManager() == null
            ? to.route(host, port, timeoutMillis)
            : privileged(() -> to.route(host, port, timeoutMillis));
    return route == null ? null : new PrivilegedRoute(route, host, port);
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return to.isTunnel(socket);
  }

  private static <T extends @Nullable Object> T privileged(PrivilegedExceptionAction<T> action)
      throws IOException {
    try {
      return AccessController.doPrivileged(action);
    } catch (PrivilegedActionException e) { // never an unchecked exception
      if (e.getCause() instanceof IOException) {
        throw (IOException) e.getCause();
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static final class PrivilegedRoute implements Route {
    private final Route to;
    private final String host;
    private final int port;

    PrivilegedRoute(Route to, String host, int port) {
      this.to = to;
      this.host = host;
      this.port = port;
    }

    @Override
    public Socket connect() throws IOException {
      SecurityManager manager = System.getSecurityManager();
      if (manager == null) {
        return to.connect();
      }
      manager.checkConnect(host, port);
      return privileged(to::connect);
    }

    @Override
    public Route again(int timeoutMillis) {
      return new PrivilegedRoute(to.again(timeoutMillis), host, port);
    }
  }
}
