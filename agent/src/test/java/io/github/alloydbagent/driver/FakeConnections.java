package io.github.alloydbagent.driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Maps one name, which does not resolve, to a local port. */
final class FakeConnections implements Connections {

  static final String MAPPED = "alias.invalid";

  private final int port;
  private final List<String> made = new CopyOnWriteArrayList<>();
  private final List<String> lookups = new CopyOnWriteArrayList<>();
  private volatile String broken;
  private volatile LinkageError unusable;
  private volatile String instance = "blue";

  FakeConnections(int port) {
    this.port = port;
  }

  /** Connections: {@code host:port}, the timeout, and the instance if it is another one. */
  List<String> made() {
    return made;
  }

  /** Lookups of a host, which may wait: {@code host:port} and the timeout. */
  List<String> lookups() {
    return lookups;
  }

  void breakConfiguration(String message) {
    broken = message;
  }

  void breakClasses(LinkageError error) {
    unusable = error;
  }

  /** Makes lookups lead to another instance from now on. */
  void remap(String next) {
    instance = next;
  }

  @Override
  public Route route(String host, int port, int timeoutMillis) throws IOException {
    lookups.add(host + ":" + port + " within " + timeoutMillis);
    if (broken != null) {
      throw new IOException(broken);
    }
    if (unusable != null) {
      throw unusable;
    }
    return host.equals(MAPPED) ? new FakeRoute(host, port, instance, timeoutMillis) : null;
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof FakeTunnel;
  }

  private final class FakeRoute implements Route {
    private final String host;
    private final int port;
    private final String to;
    private final int timeoutMillis;
    private boolean used;

    FakeRoute(String host, int port, String to, int timeoutMillis) {
      this.host = host;
      this.port = port;
      this.to = to;
      this.timeoutMillis = timeoutMillis;
    }

    @Override
    public Socket connect() throws IOException {
      if (used) {
        throw new AssertionError("the deadline of this route is used up");
      }
      used = true;
      made.add(
          host + ":" + port + " within " + timeoutMillis + (to.equals("blue") ? "" : " to " + to));
      return new FakeTunnel(FakeConnections.this.port);
    }

    @Override
    public Route again(int timeoutMillis) {
      return new FakeRoute(host, port, to, timeoutMillis);
    }
  }

  /** A connected socket whose connect methods do nothing. */
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
