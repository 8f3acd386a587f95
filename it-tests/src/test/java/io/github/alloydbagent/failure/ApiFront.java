package io.github.alloydbagent.failure;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server in front of the AlloyDB simulator's APIs. For each registered name it returns a
 * different faulty response, and it forwards every other request. Each of the many hosts of one JVM
 * can thus have an API with a different fault.
 */
final class ApiFront implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** Responds to a request, or returns null to forward it. */
  interface Answer {
    @Nullable Reply to(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /**
   * A response.
   *
   * @param length the announced length; larger than the body for a truncated response
   */
  record Reply(int status, String type, byte[] body, int length) {
    static Reply json(int status, String body) {
      return of(status, "application/json; charset=UTF-8", body);
    }

    static Reply html(int status, String body) {
      return of(status, "text/html; charset=UTF-8", body);
    }

    private static Reply of(int status, String type, String body) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      return new Reply(status, type, bytes, bytes.length);
    }

    Reply cutOff() {
      return new Reply(status, type, body, body.length + 100);
    }
  }

  private final String behind;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param behind the URL of the server to forward requests to
   */
  ApiFront(String behind) throws IOException {
    this.behind = behind;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  /** Returns a URL where every request gets this response. */
  String url(String name, Answer answer) {
    server.createContext("/" + name, exchange -> serve(exchange, answer));
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
  }

  /** Returns a URL where requests and responses are forwarded after these changes. */
  String rewriting(String name, UnaryOperator<String> request, UnaryOperator<String> answer) {
    server.createContext(
        "/" + name,
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String rewrittenRequest = request.apply(new String(body, StandardCharsets.UTF_8));
            Reply reply = forward(exchange, rewrittenRequest.getBytes(StandardCharsets.UTF_8));
            String answered = answer.apply(new String(reply.body(), StandardCharsets.UTF_8));
            send(exchange, Reply.of(reply.status(), reply.type(), answered));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
  }

  /** Returns a URL where only calls for connection info get this response. */
  String connectionInfo(String name, Answer answer) {
    return url(
        name,
        exchange ->
            exchange.getRequestURI().getPath().endsWith("/connectionInfo")
                ? answer.to(exchange)
                : null);
  }

  /** Returns a URL where only calls for a certificate get this response. */
  String certificate(String name, Answer answer) {
    return url(
        name,
        exchange ->
            exchange.getRequestURI().getPath().endsWith(":generateClientCertificate")
                ? answer.to(exchange)
                : null);
  }

  /** Returns a response that is never sent. */
  Answer never() {
    return exchange -> {
      closed.await();
      return null;
    };
  }

  private void serve(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Reply reply = answer.to(exchange);
      send(exchange, reply == null ? forward(exchange, body) : reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Reply forward(HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    String path =
        exchange.getRequestURI().getPath().substring(exchange.getHttpContext().getPath().length());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(behind + path))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    for (String header : new String[] {"Authorization", "Content-Type", "User-Agent"}) {
      String value = exchange.getRequestHeaders().getFirst(header);
      if (value != null) {
        request.header(header, value);
      }
    }
    HttpResponse<byte[]> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Reply(
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse("text/plain"),
        answer.body(),
        answer.body().length);
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", reply.type());
    exchange.sendResponseHeaders(reply.status(), reply.length());
    OutputStream out = exchange.getResponseBody();
    out.write(reply.body());
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
