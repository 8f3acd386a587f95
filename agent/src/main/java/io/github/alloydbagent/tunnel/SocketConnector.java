package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.net.SocksProxy;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Connects TCP sockets: resolves names, and uses a SOCKS proxy if one is configured. */
final class SocketConnector {
  private final SocksProxies proxies;
  private final Executor executor;

  /**
   * @param executor resolves names, which cannot be interrupted
   */
  SocketConnector(SocksProxies proxies, Executor executor) {
    this.proxies = proxies;
    this.executor = executor;
  }

  /**
   * Returns the route to an address or a name.
   *
   * @throws IOException if the name does not resolve and there is no proxy to resolve it
   */
  Route route(String address, int port, Deadline deadline) throws IOException {
    SocksProxy proxy = proxies.proxy(address);
    if (proxy == null) {
      return new Route(
          destination(address, port, proxies.isConfiguredForJvm(), deadline), null, null);
    }
    InetSocketAddress to =
        proxy.resolvesNames() && !HostPattern.isAddress(address)
            ? InetSocketAddress.createUnresolved(address, port)
            : destination(address, port, false, deadline);
    try {
      return new Route(to, proxy, resolve(proxy.host(), deadline));
    } catch (IOException e) {
      throw e.getCause() instanceof UnknownHostException
          ? new CodedException(
              ErrorCode.SOCKS_PROXY_UNREACHABLE, proxy + " has a name that does not resolve")
          : e;
    }
  }

  /**
   * @param isResolvableByProxy whether a proxy may resolve a name that does not resolve here
   */
  private InetSocketAddress destination(
      String address, int port, boolean isResolvableByProxy, Deadline deadline) throws IOException {
    try {
      return new InetSocketAddress(resolve(address, deadline), port);
    } catch (IOException e) {
      if (isResolvableByProxy && e.getCause() instanceof UnknownHostException) {
        return InetSocketAddress.createUnresolved(address, port);
      }
      throw e;
    }
  }

  private InetAddress resolve(String address, Deadline deadline) throws IOException {
    if (HostPattern.isAddress(address)) {
      return InetAddress.getByName(address);
    }
    return Connector.await(
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return InetAddress.getByName(address);
              } catch (IOException e) {
                throw new CompletionException(new IOException("the name does not resolve", e));
              }
            },
            executor),
        deadline);
  }

  /** A resolved destination and the proxy to it, if any. */
  static final class Route {
    private final InetSocketAddress to;
    private final @Nullable SocksProxy proxy;
    private final @Nullable InetAddress proxyAddress;

    private Route(
        InetSocketAddress to, @Nullable SocksProxy proxy, @Nullable InetAddress proxyAddress) {
      this.to = to;
      this.proxy = proxy;
      this.proxyAddress = proxyAddress;
    }

    /**
     * Creates a socket for {@link #connect}. Without a SOCKS proxy of the agent, the JDK applies
     * the JVM's own proxy.
     */
    Socket socket() {
      return proxy == null ? new Socket() : new Socket(Proxy.NO_PROXY);
    }

    void connect(Socket socket, Deadline deadline) throws IOException {
      int millis = (int) Math.max(1, deadline.remainingMillis());
      if (proxy == null || proxyAddress == null) {
        socket.connect(to, millis);
      } else {
        proxy.connect(socket, proxyAddress, to, millis);
      }
    }
  }
}
