package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpProxyTest {
  private static final HttpHost SERVER = new HttpHost("https", "alloydb.googleapis.com");

  /** Sends this response to a tunnel request and returns the request. */
  private static String tunnel(@Nullable String login, String answer) throws Exception {
    return tunnel(SERVER, login, answer);
  }

  private static String tunnel(HttpHost to, @Nullable String login, String answer)
      throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket server = listener.accept();
        ApiConnection connection = new ApiConnection(to, Clock.SYSTEM)) {
      connection.bind(client);
      CompletableFuture<String> request =
          CompletableFuture.supplyAsync(() -> answered(server, answer));
      new HttpProxy("127.0.0.1", 3128, login, false).connect(connection, to);
      return request.get();
    }
  }

  private static String answered(Socket server, String answer) {
    StringBuilder head = new StringBuilder();
    try {
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append((char) server.getInputStream().read());
      }
      OutputStream out = server.getOutputStream();
      out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
      server.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return head.toString();
  }

  @Test
  void requestsATunnel() throws Exception {
    assertThat(tunnel(null, "HTTP/1.1 200 Connection established\r\n\r\n").split("\r\n"))
        .containsExactly(
            "CONNECT alloydb.googleapis.com:443 HTTP/1.1", "Host: alloydb.googleapis.com:443");
  }

  @Test
  void requestsAnotherPortAndAnAddress() throws Exception {
    assertThat(tunnel(new HttpHost("https", "::1", 8443), null, "HTTP/1.1 200 OK\r\n\r\n"))
        .startsWith("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n");
  }

  @ParameterizedTest
  @CsvSource({"user:se:cret, dXNlcjpzZTpjcmV0", "user, dXNlcjo=", "ü:ö, w7w6w7Y="})
  void sendsItsUserAndPassword(String login, String encoded) throws Exception {
    assertThat(tunnel(login, "HTTP/1.0 200 OK\r\n\r\n").split("\r\n"))
        .contains("Proxy-Authorization: Basic " + encoded);
  }

  @Test
  void reportsTheProxysResponse() {
    assertThatThrownBy(
            () ->
                tunnel(
                    "user:secret",
                    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the HTTP proxy 127.0.0.1:3128 refused a tunnel to alloydb.googleapis.com:443:"
                + " HTTP/1.1 407 Proxy Authentication Required");
  }

  @Test
  void reportsThatTheServerIsNotAProxy() {
    assertThatThrownBy(() -> tunnel(null, "220 mail.example.com\r\n\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the HTTP proxy 127.0.0.1:3128 does not speak HTTP: ");
  }

  @Test
  void reportsThatTheProxyClosedTheConnection() {
    assertThatThrownBy(() -> tunnel(null, ""))
        .isInstanceOf(IOException.class)
        .hasMessage("the HTTP proxy 127.0.0.1:3128 closed the connection");
  }
}
