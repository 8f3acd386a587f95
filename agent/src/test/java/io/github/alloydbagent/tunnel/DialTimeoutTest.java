package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.HeldTimer;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DialTimeoutTest {
  private final VirtualTime time = new VirtualTime();
  private final Socket socket = new Socket();

  private DialTimeout timeout(long millis) {
    return new DialTimeout(socket, Deadline.inMillis(millis, time), time.timer());
  }

  @Test
  void closesTheSocketAtTheDeadline() {
    DialTimeout timeout = timeout(150);
    time.advance(149);
    assertThat(socket.isClosed()).isFalse();
    time.advance(51);
    assertThat(socket.isClosed()).isTrue();
    assertThatThrownBy(timeout::succeeded).isInstanceOf(IOException.class);
    timeout.close();
  }

  @Test
  void leavesASuccessfulDialOpen() throws IOException {
    try (DialTimeout timeout = timeout(150)) {
      timeout.succeeded();
      time.advance(1_000);
    }
    assertThat(socket.isClosed()).isFalse();
  }

  @Test
  void endsItsChecksWithTheDial() {
    timeout(150).close();
    assertThat(time.periodic()).isZero();
    time.advance(1_000);
    assertThat(socket.isClosed()).as("closed by the dial itself").isFalse();
  }

  /** A check that has already started when the dial ends does nothing. */
  @Test
  void aLateCheckLeavesTheSocketOpen() throws IOException {
    HeldTimer timer = new HeldTimer();
    DialTimeout timeout = new DialTimeout(socket, Deadline.inMillis(150, time), timer);
    List<HeldTimer.Held> checks = timer.pending();
    timeout.succeeded();
    time.freeze(1_000);
    assertThat(checks).hasSize(1);
    checks.get(0).run();
    assertThat(socket.isClosed()).isFalse();
  }

  /** Each byte restarts the socket's own timeout: after the greeting, and after the request. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void abortsADialThroughATricklingSocksProxy(int quick) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SocketConnector connector =
          new SocketConnector(
              new SocksProxies(
                  new Properties(),
                  Map.of("ALL_PROXY", "socks5://127.0.0.1:" + listener.getLocalPort())),
              Runnable::run);
      Deadline deadline = Deadline.inMillis(10_000, time);
      SocketConnector.Route route = connector.route("127.0.0.9", 5433, deadline);
      try (Socket tcp = route.socket();
          DialTimeout timeout = new DialTimeout(tcp, deadline, time.timer())) {
        Thread proxy = new Thread(() -> trickle(listener, quick));
        proxy.start();
        assertThatThrownBy(() -> route.connect(tcp, deadline)).isInstanceOf(IOException.class);
        assertThat(tcp.isClosed()).isTrue();
        assertThatThrownBy(timeout::succeeded).isInstanceOf(IOException.class);
        proxy.join();
      }
      assertThat(deadline.remainingMillis()).isZero();
    }
  }

  /** Sends this many bytes of the SOCKS dialog immediately, and one every five seconds. */
  private void trickle(ServerSocket listener, int quick) {
    byte[] dialog = {5, 0, 5, 0, 0, 3, (byte) 255};
    try (Socket proxy = listener.accept()) {
      for (int i = 0; ; i++) {
        if (i == quick) {
          proxy.getInputStream().read(); // the client has connected and waits
        }
        if (i >= quick) {
          time.advance(5_000);
        }
        proxy.getOutputStream().write(i < dialog.length ? dialog[i] : 0);
      }
    } catch (IOException e) {
      // the client has disconnected
    }
  }
}
