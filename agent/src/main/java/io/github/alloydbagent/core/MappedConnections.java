package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.refresh.Deadline;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.tunnel.TunnelSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The connections of drivers, where the settings are right: tunnels for hosts that are mapped. */
final class MappedConnections implements Connections {
  private final Routes<Mapping> routes;
  private final CompletableFuture<Map<Mapping, Target>> targets;
  private final Connector connector;

  /**
   * @param targets one for each mapping, once they are made
   */
  MappedConnections(
      Routes<Mapping> routes,
      CompletableFuture<Map<Mapping, Target>> targets,
      Connector connector) {
    this.routes = routes;
    this.targets = targets;
    this.connector = connector;
  }

  @Override
  public boolean isMapped(String host, int port) {
    return routes.find(host, port) != null;
  }

  @Override
  public Socket connect(String host, int port, int timeoutMillis) throws IOException {
    Mapping mapping = routes.find(host, port);
    if (mapping == null) {
      throw new IOException("host " + host + " is not mapped");
    }
    Deadline deadline =
        Deadline.inMillis(
            timeoutMillis > 0 ? timeoutMillis : mapping.settings().connectTimeoutMillis());
    return connector.connect(host + ":" + port, target(mapping, deadline), deadline);
  }

  private Target target(Mapping mapping, Deadline deadline) throws IOException {
    try {
      Target target = targets.get(deadline.remainingMillis(), TimeUnit.MILLISECONDS).get(mapping);
      if (target != null) {
        return target;
      }
      throw new IOException("AlloyDB Agent: nothing was prepared for " + mapping);
    } catch (ExecutionException e) {
      throw new IOException("AlloyDB Agent: could not start: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          "AlloyDB Agent: not started within " + deadline.totalMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("AlloyDB Agent: interrupted while starting");
    }
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof TunnelSocket;
  }
}
