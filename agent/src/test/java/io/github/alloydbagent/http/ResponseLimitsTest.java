package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpResponse;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResponseLimitsTest {
  private final AtomicReference<String> encodingAskedFor = new AtomicReference<>();
  private HttpServer server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/short", exchange -> answer(exchange, 1));
    server.createContext("/just-so", exchange -> answer(exchange, ResponseLimits.MAX_BYTES));
    server.createContext("/endless", exchange -> answer(exchange, Long.MAX_VALUE));
    server.createContext(
        "/encoded",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          answer(exchange, 1);
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    timer.shutdownNow();
  }

  private void answer(HttpExchange exchange, long length) {
    encodingAskedFor.set(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
    byte[] some = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.US_ASCII);
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (long left = length; left > 0; left -= some.length) {
        out.write(some, 0, (int) Math.min(left, some.length));
      }
    } catch (IOException e) {
      // the client has stopped reading
    }
  }

  private HttpResponse get(String path) throws IOException {
    return new ApiTransport(null, timer, Runnable::run, Runnable::run)
        .create()
        .createRequestFactory()
        .buildGetRequest(new GenericUrl("http://127.0.0.1:" + server.getAddress().getPort() + path))
        .execute();
  }

  @Test
  void leavesResponsesUnchanged() throws Exception {
    assertThat(get("/short").parseAsString()).isEqualTo("0");
    assertThat(get("/just-so").parseAsString()).hasSize(ResponseLimits.MAX_BYTES);
  }

  @Test
  void requestsNoEncodingAndAcceptsNone() throws Exception {
    get("/short").disconnect();

    assertThat(encodingAskedFor).hasValue(null);
    assertThatThrownBy(() -> get("/encoded"))
        .isInstanceOf(IOException.class)
        .hasMessage("the response has an encoding that was not requested: gzip");
  }

  @Test
  void rejectsResponsesThatWouldFillTheMemory() {
    assertThatThrownBy(() -> get("/endless"))
        .isInstanceOf(IOException.class)
        .hasMessage("the response is longer than 2097152 bytes");
  }
}
