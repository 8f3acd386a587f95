package io.github.alloydbagent.compatibility;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** An HTTP server on the loopback interface that records the requests of agents. */
final class Deliveries implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Delivery> received = new CopyOnWriteArrayList<>();
  private final Phaser underWay = new Phaser(1);

  /**
   * @param answer returns the body of the response for a path; the status is 200
   */
  Deliveries(Function<String, String> answer) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> receive(exchange, answer));
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * Returns the bodies sent to a path since {@link #forget}, and any requests still in progress.
   */
  List<byte[]> at(String path) {
    try {
      underWay.awaitAdvanceInterruptibly(underWay.arrive(), 30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for deliveries", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a delivery did not finish", e);
    }
    return received.stream().filter(each -> each.path().equals(path)).map(Delivery::body).toList();
  }

  void forget() {
    received.clear();
  }

  private void receive(HttpExchange exchange, Function<String, String> answer) throws IOException {
    underWay.register();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      try (InputStream body = decoded(exchange)) {
        received.add(new Delivery(path, body.readAllBytes()));
      }
      byte[] text = answer.apply(path).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, text.length == 0 ? -1 : text.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(text);
      }
    } finally {
      underWay.arriveAndDeregister();
    }
  }

  private static InputStream decoded(HttpExchange exchange) throws IOException {
    InputStream body = exchange.getRequestBody();
    String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
    if ("deflate".equals(encoding)) {
      return new InflaterInputStream(body);
    }
    return "gzip".equals(encoding) ? new GZIPInputStream(body) : body;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private record Delivery(String path, byte[] body) {}
}
