package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DialTimeoutTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    threads.shutdownNow();
    timer.shutdownNow();
  }

  /** Sends this many bytes of the SOCKS dialog immediately, and the rest slowly. */
  private void trickle(ServerSocket listener, int quick) {
    threads.execute(
        () -> {
          byte[] dialogue = {5, 0, 5, 0, 0, 3, (byte) 255};
          try (Socket proxy = listener.accept()) {
            for (int i = 0; ; i++) {
              if (i >= quick) {
                Thread.sleep(50); // the proxy's pace
              }
              proxy.getOutputStream().write(i < dialogue.length ? dialogue[i] : 0);
            }
          } catch (IOException | InterruptedException e) {
            // the client has disconnected, or the test has ended
          }
        });
  }

  /** Each byte restarts the socket's own timeout: after the greeting, and after the request. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void abortsADialThroughATricklingSocksProxy(int quick) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      trickle(listener, quick);
      SocketConnector outbound =
          new SocketConnector(
              new SocksProxies(
                  new Properties(),
                  Map.of("ALL_PROXY", "socks5://127.0.0.1:" + listener.getLocalPort())),
              threads);
      long start = System.nanoTime();
      Deadline deadline = Deadline.inMillis(150);
      SocketConnector.Route route = outbound.route("127.0.0.9", 5433, deadline);
      Socket socket = route.socket();
      DialTimeout watch = new DialTimeout(socket, deadline, timer);
      try {
        assertThatThrownBy(() -> route.connect(socket, deadline)).isInstanceOf(IOException.class);
      } finally {
        watch.close();
        socket.close();
      }
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }
  }

  @Test
  void leavesASuccessfulDialOpen() throws Exception {
    try (Socket socket = new Socket()) {
      DialTimeout watch = new DialTimeout(socket, Deadline.inMillis(1), timer);
      try {
        watch.succeeded();
      } catch (IOException e) {
        assertThat(socket.isClosed()).isTrue(); // the deadline was earlier
        return;
      } finally {
        watch.close();
      }
      timer.schedule(() -> {}, 100, TimeUnit.MILLISECONDS).get();
      assertThat(socket.isClosed()).isFalse();
    }
  }
}
