package io.github.alloydbagent.core;

import io.github.alloydbagent.driver.Connections;
import java.io.IOException;
import java.net.Socket;
import java.security.AccessController;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections with the agent's own permissions. Under a security manager, an application
 * needs permission to connect to its host, as without the agent, but not for the agent's own
 * connections.
 */
final class PrivilegedConnections implements Connections {
  private final Connections delegate;

  PrivilegedConnections(Connections delegate) {
    this.delegate = delegate;
  }

  @Override
  public @Nullable Route route(String host, int port, int timeoutMillis) throws IOException {
    Route route =
        System.getSecurityManager() == null
            ? delegate.route(host, port, timeoutMillis)
            : privileged(() -> delegate.route(host, port, timeoutMillis));
    return route == null ? null : new PrivilegedRoute(route, host, port);
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return delegate.isTunnel(socket);
  }

  private static <T extends @Nullable Object> T privileged(PrivilegedExceptionAction<T> action)
      throws IOException {
    try {
      return AccessController.doPrivileged(action);
    } catch (PrivilegedActionException e) { // the action throws no other checked exception
      if (e.getCause() instanceof IOException) {
        throw (IOException) e.getCause();
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static final class PrivilegedRoute implements Route {
    private final Route delegate;
    private final String host;
    private final int port;

    PrivilegedRoute(Route delegate, String host, int port) {
      this.delegate = delegate;
      this.host = host;
      this.port = port;
    }

    @Override
    public Socket connect() throws IOException {
      SecurityManager manager = System.getSecurityManager();
      if (manager == null) {
        return delegate.connect();
      }
      manager.checkConnect(host, port);
      return privileged(delegate::connect);
    }

    @Override
    public Route again(int timeoutMillis) {
      return new PrivilegedRoute(delegate.again(timeoutMillis), host, port);
    }
  }
}
