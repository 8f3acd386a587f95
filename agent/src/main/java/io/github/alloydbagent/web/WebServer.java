package io.github.alloydbagent.web;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Instances;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.DefaultClassicHttpResponseFactory;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;

/**
 * HTTP server for health checks, metrics and the status page, with a few threads of its own.
 * HttpCore parses the requests. Its own server would keep the JVM alive, and the JDK's server
 * initializes logging.
 */
public final class WebServer implements Closeable {

  /** One thread for each connection that may be open. */
  private static final int MAX_THREADS = Exchanges.MAX_QUICK_EXCHANGES + Exchanges.MAX_DIALING;

  /** Connections that the operating system queues until they are accepted. */
  private static final int BACKLOG = 50;

  /** How long a new connection waits for the thread of a connection that was just closed. */
  private static final long HAND_OVER_MILLIS = 1_000;

  /** Pause after a failure to accept a connection; doubles with each failure up to the maximum. */
  private static final long FIRST_PAUSE_MILLIS = 100;

  private static final long MAX_PAUSE_MILLIS = 1_000;

  private static final Http1Config LIMITS =
      Http1Config.custom().setMaxLineLength(4096).setMaxHeaderCount(64).build();

  private static final HttpProcessor HEADERS = HttpProcessors.server("alloydb-agent");

  private final ServerSocket port;
  private final Requests requests;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService timer;
  private final Exchanges exchanges;
  private final Log log;

  private WebServer(
      ServerSocket port,
      Requests requests,
      Exchanges exchanges,
      ThreadFactory threads,
      ScheduledExecutorService timer,
      Log log) {
    this.port = port;
    this.requests = requests;
    this.exchanges = exchanges;
    this.timer = timer;
    this.log = log;
    this.workers =
        new ThreadPoolExecutor(
            0,
            MAX_THREADS,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads,
            WebServer::handOver);
  }

  /**
   * Opens the port and starts the server.
   *
   * @param address a name or address of this machine
   * @param number the port number; 0 for any free port
   * @param threads creates daemon threads
   * @param timer runs only short tasks that do not block
   * @throws IOException if the port cannot be opened
   */
  public static WebServer start(
      String address,
      int number,
      Instances instances,
      InstanceDialer dialer,
      String version,
      ThreadFactory threads,
      ScheduledExecutorService timer,
      Log log)
      throws IOException {
    ServerSocket port = new ServerSocket();
    try {
      port.bind(new InetSocketAddress(InetAddress.getByName(address), number), BACKLOG);
    } catch (IOException | RuntimeException e) {
      port.close();
      throw e;
    }
    Exchanges exchanges = new Exchanges();
    Requests requests =
        new Requests(instances, dialer, exchanges, address, version, System::currentTimeMillis);
    WebServer server = new WebServer(port, requests, exchanges, threads, timer, log);
    threads.newThread(server::accept).start();
    return server;
  }

  public int port() {
    return port.getLocalPort();
  }

  /**
   * Accepts connections until the port is closed, and continues after any exception: a temporary
   * lack of memory or threads must not end the health checks permanently.
   */
  private void accept() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!port.isClosed()) {
      try {
        take(port.accept());
        pause = FIRST_PAUSE_MILLIS;
      } catch (Throwable e) {
        if (!port.isClosed()) {
          pause(pause, e);
          pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
        }
      }
    }
  }

  /** Waits, since a persistent failure would otherwise keep a CPU busy. */
  private void pause(long millis, Throwable failure) {
    try {
      log.debug("HTTP: connection lost: " + failure);
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (Throwable e) {
      // an interrupt, or no memory for logging: the next connection is accepted nevertheless
    }
  }

  private void take(Socket socket) {
    Exchange exchange = new Exchange(socket, timer);
    boolean taken = false;
    try {
      exchanges.add(exchange);
      workers.execute(() -> serve(exchange));
      taken = true;
    } finally {
      if (!taken) {
        exchanges.end(exchange);
      }
    }
  }

  /**
   * Queues a connection while all threads are busy: the thread of the connection that was closed
   * for it is about to become free.
   */
  private static void handOver(Runnable task, ThreadPoolExecutor pool) {
    try {
      if (!pool.isShutdown()
          && pool.getQueue().offer(task, HAND_OVER_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new RejectedExecutionException();
  }

  private void serve(Exchange exchange) {
    try (DefaultBHttpServerConnection connection =
        new DefaultBHttpServerConnection("http", LIMITS)) {
      exchange.socket().setSoTimeout((int) Exchanges.REQUEST_TIMEOUT_MILLIS);
      connection.bind(exchange.socket());
      HttpService service =
          new HttpService(
              HEADERS,
              (request, context) ->
                  (asked, answer, same) -> requests.handle(asked, answer, exchange),
              (request, response, context) -> false, // no keep-alive: it would occupy a thread
              DefaultClassicHttpResponseFactory.INSTANCE);
      service.handleRequest(connection, HttpCoreContext.create());
    } catch (Throwable e) { // even an Error ends only this request
      log.debug("HTTP: request aborted: " + e);
    } finally {
      exchanges.end(exchange);
    }
  }

  @Override
  public void close() throws IOException {
    port.close();
    workers.shutdownNow();
  }
}
