package io.github.alloydbagent.core;

import io.github.alloydbagent.driver.Connections;
import java.io.IOException;
import java.net.Socket;
import java.security.AccessController;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;

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
  public boolean isMapped(String host, int port, int timeoutMillis) throws IOException {
    return System.getSecurityManager() == null
        ? to.isMapped(host, port, timeoutMillis)
        : privileged(() -> to.isMapped(host, port, timeoutMillis));
  }

  @Override
  public Socket connect(String host, int port, int timeoutMillis) throws IOException {
    SecurityManager manager = System.getSecurityManager();
    if (manager == null) {
      return to.connect(host, port, timeoutMillis);
    }
    manager.checkConnect(host, port);
    return privileged(() -> to.connect(host, port, timeoutMillis));
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return to.isTunnel(socket);
  }

  private static <T> T privileged(PrivilegedExceptionAction<T> action) throws IOException {
    try {
      return AccessController.doPrivileged(action);
    } catch (PrivilegedActionException e) { // never an unchecked exception
      if (e.getCause() instanceof IOException) {
        throw (IOException) e.getCause();
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
