package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Maps one name that does not resolve to a local port. */
final class FakeConnections implements Connections {

  static final String MAPPED = "alias.invalid";

  private final int port;
  private final List<String> made = new CopyOnWriteArrayList<>();
  private volatile String broken;

  FakeConnections(int port) {
    this.port = port;
  }

  /** What was connected: {@code host:port} and the timeout. */
  List<String> made() {
    return made;
  }

  void breakConfiguration(String message) {
    broken = message;
  }

  @Override
  public boolean isMapped(String host, int port, int timeoutMillis) throws IOException {
    if (broken != null) {
      throw new IOException(broken);
    }
    return host.equals(MAPPED);
  }

  @Override
  public Socket connect(String host, int port, int timeoutMillis) throws IOException {
    if (!isMapped(host, port, timeoutMillis)) {
      throw new AssertionError("a tunnel to " + host);
    }
    made.add(host + ":" + port + " within " + timeoutMillis);
    return new FakeTunnel(this.port);
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof FakeTunnel;
  }

  /** Connected, and connecting it again does nothing. */
  private static final class FakeTunnel extends Socket {

    FakeTunnel(int port) throws IOException {
      super.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
    }

    @Override
    public void connect(SocketAddress endpoint) {}

    @Override
    public void connect(SocketAddress endpoint, int timeout) {}

    @Override
    public void bind(SocketAddress address) {}
  }
}
