package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The socket factory that a driver gets for one connection to a mapped host: each of its sockets is
 * a new, connected tunnel to the same instance, whatever address the factory is asked for.
 */
final class TunnelSocketFactory extends SocketFactory {

  private final Connections.Route route;
  private final @Nullable SocketFactory replaced;
  private final String host;
  private final int port;
  private final int timeoutMillis;
  private final AtomicBoolean used = new AtomicBoolean();

  TunnelSocketFactory(
      Connections.Route route,
      @Nullable SocketFactory replaced,
      String host,
      int port,
      int timeoutMillis) {
    this.route = route;
    this.replaced = replaced;
    this.host = host;
    this.port = port;
    this.timeoutMillis = timeoutMillis;
  }

  /** The factory that the driver had, for when it tries another host with this one. */
  @Nullable SocketFactory replaced() {
    return replaced;
  }

  boolean isFor(String host, int port) {
    return this.host.equals(host) && this.port == port;
  }

  /**
   * Tunnels to the same instance with a deadline of their own: for a cancel request, which drivers
   * from 9.4.1208 on make with the factory of the connection that it cancels.
   */
  TunnelSocketFactory again(int timeoutMillis) {
    return new TunnelSocketFactory(route.again(timeoutMillis), replaced, host, port, timeoutMillis);
  }

  /**
   * The first socket is for the constructor that looked the route up. A later one is for a copy of
   * its stream, which the driver makes when it starts over; that deadline may long have passed.
   */
  @Override
  public Socket createSocket() throws IOException {
    return used.compareAndSet(false, true) ? route.connect() : route.again(timeoutMillis).connect();
  }

  @Override
  public Socket createSocket(String ignoredHost, int ignoredPort) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(
      String ignoredHost, int ignoredPort, InetAddress localAddress, int localPort)
      throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress ignoredHost, int ignoredPort) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(
      InetAddress ignoredHost, int ignoredPort, InetAddress localAddress, int localPort)
      throws IOException {
    return createSocket();
  }
}
