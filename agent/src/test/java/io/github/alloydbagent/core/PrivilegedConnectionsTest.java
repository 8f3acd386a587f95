package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.driver.Connections;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** What comes of a connection passes as it is; what permissions do, a real JVM shows. */
class PrivilegedConnectionsTest {

  @Test
  void answersAndSocketsPass() throws Exception {
    Socket socket = new Socket();
    Connections connections = new PrivilegedConnections(new Fixed(socket, null));

    assertThat(connections.isMapped("orders-db", 5432, 10)).isTrue();
    assertThat(connections.isMapped("other", 5432, 10)).isFalse();
    assertThat(connections.connect("orders-db", 5432, 10)).isSameAs(socket);
    assertThat(connections.isTunnel(socket)).isTrue();
  }

  @Test
  void failuresPassWithoutAnythingAroundThem() {
    for (Exception failure :
        new Exception[] {new ConnectException("refused"), new IllegalStateException("broken")}) {
      Connections connections = new PrivilegedConnections(new Fixed(new Socket(), failure));

      assertThatThrownBy(() -> connections.isMapped("orders-db", 5432, 10)).isSameAs(failure);
      assertThatThrownBy(() -> connections.connect("orders-db", 5432, 10)).isSameAs(failure);
    }
  }

  /** Has one socket, or one failure. */
  private static final class Fixed implements Connections {
    private final Socket socket;
    private final Exception failure;

    Fixed(Socket socket, Exception failure) {
      this.socket = socket;
      this.failure = failure;
    }

    @Override
    public boolean isMapped(String host, int port, int timeoutMillis) throws IOException {
      fail();
      return host.equals("orders-db");
    }

    @Override
    public Socket connect(String host, int port, int timeoutMillis) throws IOException {
      fail();
      return socket;
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
