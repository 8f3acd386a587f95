package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * The socket factory that a driver gets for one mapped host: every socket of it is a new, connected
 * tunnel there, whatever address it is asked for.
 */
final class TunnelSockets extends SocketFactory {

  private final Connections connections;
  private final SocketFactory replaced;
  private final String host;
  private final int port;
  private final int timeoutMillis;

  TunnelSockets(
      Connections connections, SocketFactory replaced, String host, int port, int timeoutMillis) {
    this.connections = connections;
    this.replaced = replaced;
    this.host = host;
    this.port = port;
    this.timeoutMillis = timeoutMillis;
  }

  /** The factory that the driver had, for when it tries another host with this one. */
  SocketFactory replaced() {
    return replaced;
  }

  boolean isFor(String host, int port) {
    return this.host.equals(host) && this.port == port;
  }

  /** The same tunnels with another timeout: a cancel request's. */
  TunnelSockets within(int timeoutMillis) {
    return timeoutMillis == this.timeoutMillis
        ? this
        : new TunnelSockets(connections, replaced, host, port, timeoutMillis);
  }

  @Override
  public Socket createSocket() throws IOException {
    return connections.connect(host, port, timeoutMillis);
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
