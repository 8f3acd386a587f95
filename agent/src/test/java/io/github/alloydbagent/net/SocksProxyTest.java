package io.github.alloydbagent.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The expected bytes are those of RFC 1928 and RFC 1929. */
@Timeout(30)
class SocksProxyTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final byte[] GRANTED = {5, 0, 0, 1, 10, 0, 0, 9, 1, 2};

  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, HERE);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** Expects these bytes and sends those responses, in turn; afterwards, echoes a byte. */
  private CompletableFuture<Void> serving(byte[]... turns) {
    return CompletableFuture.runAsync(
        () -> {
          try (Socket client = server.accept()) {
            InputStream in = client.getInputStream();
            for (int i = 0; i < turns.length; i += 2) {
              assertThat(in.readNBytes(turns[i].length)).isEqualTo(turns[i]);
              client.getOutputStream().write(turns[i + 1]);
            }
            client.getOutputStream().write(in.read());
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Socket connected(String login, InetSocketAddress to, int millis) throws IOException {
    String url = "socks5h://" + login + "127.0.0.1:" + server.getLocalPort();
    SocksProxy proxy = new SocksProxies(new Properties(), Map.of("ALL_PROXY", url)).proxy("x");
    Socket socket = new Socket();
    try {
      proxy.connect(socket, HERE, to, millis);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void requestsAnAddress() throws Exception {
    CompletableFuture<Void> served =
        serving(bytes(5, 1, 0), bytes(5, 0), bytes(5, 1, 0, 1, 10, 1, 2, 3, 0x15, 0x39), GRANTED);
    InetAddress to = InetAddress.getByName("10.1.2.3");
    try (Socket socket = connected("", new InetSocketAddress(to, 5433), 5000)) {
      assertThat(socket.getSoTimeout()).isZero();
      socket.getOutputStream().write(77);
      assertThat(socket.getInputStream().read()).as("not a byte too many").isEqualTo(77);
    }
    served.get();
  }

  @Test
  void requestsANameWithAPassword() throws Exception {
    byte[] name = "db.psc.example".getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[5 + name.length + 2];
    System.arraycopy(bytes(5, 1, 0, 3, name.length), 0, request, 0, 5);
    System.arraycopy(name, 0, request, 5, name.length);
    System.arraycopy(bytes(0x15, 0x39), 0, request, 5 + name.length, 2);
    CompletableFuture<Void> served =
        serving(
            bytes(5, 2, 0, 2),
            bytes(5, 2),
            bytes(1, 2, 'm', 'e', 3, 'p', ':', 'w'),
            bytes(1, 0),
            request,
            bytes(5, 0, 0, 3, 2, 'a', 'b', 1, 2)); // bound to a name
    InetSocketAddress to = InetSocketAddress.createUnresolved("db.psc.example", 5433);
    try (Socket socket = connected("me:p:w@", to, 5000)) {
      socket.getOutputStream().write(77);
      assertThat(socket.getInputStream().read()).isEqualTo(77);
    }
    served.get();
  }

  private void assertRefused(ErrorCode code, String login, String message, byte[]... turns) {
    CompletableFuture<Void> unused = serving(turns);
    assertThatThrownBy(() -> connected(login, new InetSocketAddress(HERE, 1), 5000))
        .isInstanceOf(CodedException.class)
        .matches(e -> ErrorCode.of(e, ErrorCode.UNEXPECTED) == code, code.name())
        .hasMessage(
            "the SOCKS proxy 127.0.0.1:" + server.getLocalPort() + " of ALL_PROXY " + message);
  }

  @Test
  void reportsWhyTheProxyRefused() {
    byte[] hello = bytes(5, 1, 0);
    byte[] request = bytes(5, 1, 0, 1, 127, 0, 0, 1, 0, 1);
    assertRefused(
        ErrorCode.SOCKS_PROXY_UNREACHABLE,
        "",
        "does not speak SOCKS 5",
        hello,
        "HT".getBytes(StandardCharsets.US_ASCII));
    assertRefused(
        ErrorCode.SOCKS_LOGIN_FAILED,
        "",
        "requires a user name and password: ALL_PROXY=socks5h://USER:PASSWORD@HOST:PORT",
        hello,
        bytes(5, 255));
    assertRefused(
        ErrorCode.SOCKS_LOGIN_FAILED,
        "me:wrong@",
        "rejected the user name and password of ALL_PROXY",
        bytes(5, 2, 0, 2),
        bytes(5, 2),
        bytes(1, 2, 'm', 'e', 5, 'w', 'r', 'o', 'n', 'g'),
        bytes(1, 1));
    assertRefused(
        ErrorCode.SOCKS_PROXY_REFUSED,
        "",
        "refused: host unreachable",
        hello,
        bytes(5, 0),
        request,
        bytes(5, 4, 0, 1));
    assertRefused(
        ErrorCode.SOCKS_PROXY_REFUSED,
        "",
        "refused: code 99",
        hello,
        bytes(5, 0),
        request,
        bytes(5, 99, 0, 1));
  }

  @Test
  void reportsAnUnreachableOrUnresponsiveProxy() throws Exception {
    InetSocketAddress to = new InetSocketAddress(HERE, 1);
    assertThatThrownBy(() -> connected("", to, 50)).isInstanceOf(SocketTimeoutException.class);
    server.close();
    assertThatThrownBy(() -> connected("", to, 5000))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("of ALL_PROXY cannot be reached: Connection refused");
  }
}
