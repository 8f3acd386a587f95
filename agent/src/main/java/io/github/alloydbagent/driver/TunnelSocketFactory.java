package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The socket factory that a driver gets for a connection to a mapped host. Each of its sockets is a
 * new, connected tunnel to the same instance, whatever address is requested.
 */
final class TunnelSocketFactory extends SocketFactory {

  private final Connections.Route route;
  private final @Nullable SocketFactory replaced;
  private final String host;
  private final int port;
  private final int timeoutMillis;
  private final AtomicBoolean isUsed = new AtomicBoolean();

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

  /**
   * Returns the driver's original factory, for use when the driver tries another host with this
   * one.
   */
  @Nullable SocketFactory replaced() {
    return replaced;
  }

  boolean isFor(String host, int port) {
    return this.host.equals(host) && this.port == port;
  }

  /**
   * Returns a factory for tunnels to the same instance with a new deadline. Drivers from 9.4.1208
   * on send a cancel request with the factory of the connection that it cancels.
   */
  TunnelSocketFactory again(int timeoutMillis) {
    return new TunnelSocketFactory(route.again(timeoutMillis), replaced, host, port, timeoutMillis);
  }

  /**
   * Opens a tunnel. The first socket is for the constructor that looked up the route, and keeps its
   * deadline. Later sockets are for copies of its stream, which the driver creates when it starts
   * over; they get a new deadline, because the first one may have passed long ago.
   */
  @Override
  public Socket createSocket() throws IOException {
    return isUsed.compareAndSet(false, true)
        ? route.connect()
        : route.again(timeoutMillis).connect();
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
