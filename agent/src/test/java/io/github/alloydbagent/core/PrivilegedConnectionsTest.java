package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.driver.Connections;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/**
 * Checks that results and failures are passed on unchanged; integration tests cover permissions.
 */
class PrivilegedConnectionsTest {

  @Test
  void passesResultsAndSocketsOn() throws Exception {
    Socket socket = new Socket();
    Connections connections = new PrivilegedConnections(new Fixed(socket, null));

    assertThat(connections.route("other", 5432, 10)).isNull();
    assertThat(connections.route("orders-db", 5432, 10).connect()).isSameAs(socket);
    assertThat(connections.route("orders-db", 5432, 10).again(5).connect()).isSameAs(socket);
    assertThat(connections.isTunnel(socket)).isTrue();
  }

  @Test
  void passesFailuresOnWithoutWrappingThem() throws Exception {
    for (Exception failure :
        new Exception[] {new ConnectException("refused"), new IllegalStateException("broken")}) {
      Fixed to = new Fixed(new Socket(), failure);
      Connections connections = new PrivilegedConnections(to);

      assertThatThrownBy(() -> connections.route("broken", 5432, 10)).isSameAs(failure);
      Connections.Route route = connections.route("orders-db", 5432, 10);
      assertThatThrownBy(route::connect).isSameAs(failure);
    }
  }

  /** Returns one socket or throws one failure. */
  private static final class Fixed implements Connections, Connections.Route {
    private final Socket socket;
    private final Exception failure;

    Fixed(Socket socket, Exception failure) {
      this.socket = socket;
      this.failure = failure;
    }

    @Override
    public Route route(String host, int port, int timeoutMillis) throws IOException {
      if (host.equals("broken")) {
        fail();
      }
      return host.equals("orders-db") ? this : null;
    }

    @Override
    public Socket connect() throws IOException {
      fail();
      return socket;
    }

    @Override
    public Route again(int timeoutMillis) {
      return this;
    }

    @Override
    public boolean isTunnel(Socket asked) {
      return asked == socket;
    }

    private void fail() throws IOException {
      if (failure instanceof IOException) {
        throw (IOException) failure;
      }
      if (failure != null) {
        throw (RuntimeException) failure;
      }
    }
  }
}
