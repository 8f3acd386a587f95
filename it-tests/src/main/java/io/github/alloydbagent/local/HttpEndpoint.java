package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP server on a free port of the loopback interface, with one thread for each connection. */
final class HttpEndpoint implements AutoCloseable {

  /** Responds to requests. Must be thread-safe. */
  interface Handler {
    HttpReply answer(HttpRequest request) throws IOException;
  }

  static {
    // otherwise each response on a kept-alive connection waits 40 ms for a TCP acknowledgement
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final String scheme;
  private final ExecutorService threads;
  private final CountDownLatch closed = new CountDownLatch(1);

  HttpEndpoint(String name, @Nullable SSLContext tls, Handler handler) throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddresses.forString("127.0.0.1"), 0);
    if (tls == null) {
      server = HttpServer.create(anyPort, 0);
      scheme = "http";
    } else {
      HttpsServer secure = HttpsServer.create(anyPort, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = secure;
      scheme = "https";
    }
    threads = Executors.newCachedThreadPool(new Daemons("local-alloydb-" + name));
    server.setExecutor(threads);
    server.createContext("/", exchange -> serve(exchange, handler));
    server.start();
  }

  String hostAndPort() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  String url() {
    return scheme + "://" + hostAndPort();
  }

  private void serve(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      HttpReply reply;
      try {
        reply = handler.answer(HttpRequest.of(exchange));
      } catch (RuntimeException e) {
        // report a bug of this server instead of a response that looks regular
        reply = HttpReply.of(500, "text/plain", "AlloyDB simulator failed: " + e);
      }
      send(exchange, reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(HttpExchange exchange, HttpReply reply)
      throws IOException, InterruptedException {
    HttpFault fault = reply.fault();
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    int length = body.length;
    if (fault != null) {
      switch (fault.kind()) {
        case SLOW -> closed.await(fault.delay().toNanos(), TimeUnit.NANOSECONDS);
        case NO_ANSWER -> closed.await();
        case CUT_OFF -> length /= 2;
        default -> {}
      }
    }
    reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.sendResponseHeaders(reply.status(), body.length);
    OutputStream out = exchange.getResponseBody();
    out.write(body, 0, length);
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
