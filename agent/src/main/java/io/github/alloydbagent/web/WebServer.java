package io.github.alloydbagent.web;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.Instances;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.DefaultClassicHttpResponseFactory;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.io.HttpRequestHandler;
import org.apache.hc.core5.http.protocol.HttpCoreContext;

/**
 * The port for probes, metrics and people, on a few threads of its own. HttpCore reads the
 * requests; its ready-made server would keep the JVM alive, and the JDK's starts logging.
 */
public final class WebServer implements Closeable {

  /** At a time; what comes beyond them and as many again is cut off. */
  private static final int MOST = 4;

  /** Milliseconds for a byte of a request to come. */
  private static final int PATIENCE = 5_000;

  /** Milliseconds after which a request is cut off whatever it does; a dial may take long. */
  private static final long LONGEST = 90_000;

  private static final Http1Config LIMITS =
      Http1Config.custom().setMaxLineLength(4096).setMaxHeaderCount(64).build();

  private final ServerSocket port;
  private final ThreadPoolExecutor workers;
  private final ScheduledExecutorService timer;
  private final HttpService service;
  private final Log log;

  private WebServer(
      ServerSocket port,
      HttpRequestHandler requests,
      ThreadFactory threads,
      ScheduledExecutorService timer,
      Log log) {
    this.port = port;
    this.timer = timer;
    this.log = log;
    this.workers =
        new ThreadPoolExecutor(
            MOST, MOST, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST), threads);
    workers.allowCoreThreadTimeOut(true);
    this.service =
        new HttpService(
            HttpProcessors.server("alloydb-agent"),
            (request, context) -> requests,
            (request, response, context) -> false, // nobody holds a thread
            DefaultClassicHttpResponseFactory.INSTANCE);
  }

  /**
   * Opens the port.
   *
   * @param address a name or address of this machine
   * @param number 0 for any that is free
   * @param threads makes daemons
   * @throws IOException if it cannot be had
   */
  public static WebServer start(
      String address,
      int number,
      Instances instances,
      Dialling dialling,
      String version,
      ThreadFactory threads,
      ScheduledExecutorService timer,
      Log log)
      throws IOException {
    ServerSocket port = new ServerSocket();
    try {
      port.bind(new InetSocketAddress(InetAddress.getByName(address), number), 2 * MOST);
    } catch (IOException | RuntimeException e) {
      port.close();
      throw e;
    }
    Requests requests =
        new Requests(instances, dialling, address, version, System::currentTimeMillis);
    WebServer server = new WebServer(port, requests, threads, timer, log);
    threads.newThread(server::accept).start();
    return server;
  }

  public int port() {
    return port.getLocalPort();
  }

  private void accept() {
    while (!port.isClosed()) {
      try {
        take(port.accept());
      } catch (IOException e) {
        if (!port.isClosed() && !pause()) {
          return;
        }
      }
    }
  }

  /** After an error, such as too many open files: or it would be met a million times. */
  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void take(Socket socket) {
    try {
      workers.execute(() -> serve(socket));
    } catch (RejectedExecutionException e) {
      closeQuietly(socket);
    }
  }

  private void serve(Socket socket) {
    ScheduledFuture<?> end =
        timer.schedule(() -> closeQuietly(socket), LONGEST, TimeUnit.MILLISECONDS);
    try (DefaultBHttpServerConnection connection =
        new DefaultBHttpServerConnection("http", LIMITS)) {
      socket.setSoTimeout(PATIENCE);
      connection.bind(socket);
      service.handleRequest(connection, HttpCoreContext.create());
    } catch (IOException | HttpException | RuntimeException e) {
      log.debug("HTTP: a request was cut off: " + e);
    } finally {
      end.cancel(false);
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed all the same
    }
  }

  @Override
  public void close() throws IOException {
    port.close();
    workers.shutdownNow();
  }
}
