package io.github.alloydbagent.security;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Listens where an unprotected connection to a mapped host would arrive, records what it receives,
 * and closes each connection after its first bytes. Its Admin API denies every call, so that a
 * connection on its way to an instance fails immediately.
 */
final class PlainTextServer implements AutoCloseable {
  private static final int SOME = 64;

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final HttpServer api =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final List<String> received = new CopyOnWriteArrayList<>();

  PlainTextServer() throws IOException {
    api.createContext(
        "/",
        call -> {
          call.getRequestBody().readAllBytes();
          call.sendResponseHeaders(403, -1);
          call.close();
        });
    api.start();
    Thread thread = new Thread(this::accept, "plain-text-server");
    thread.setDaemon(true);
    thread.start();
  }

  String host() {
    return "127.0.0.1";
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns the URL of the Admin API. */
  String apiUrl() {
    return "http://" + host() + ":" + api.getAddress().getPort();
  }

  /** Returns the host's URL with encryption disabled. */
  String url() {
    return url("sslmode=disable&gssEncMode=disable");
  }

  String url(String parameters) {
    return "jdbc:postgresql://"
        + host()
        + ":"
        + port()
        + "/orders?connectTimeout=30&socketTimeout=30&"
        + parameters;
  }

  /** Returns the first bytes, in hexadecimal, of each connection that sent any. */
  List<String> received() {
    return received;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread thread = new Thread(() -> record(socket), "plain-text-connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void record(Socket socket) {
    try (socket) {
      socket.setSoTimeout(10_000);
      byte[] bytes = socket.getInputStream().readNBytes(1);
      if (bytes.length > 0) {
        byte[] more = new byte[SOME];
        int count = Math.max(socket.getInputStream().read(more), 0);
        received.add(HexFormat.of().formatHex(bytes) + HexFormat.of().formatHex(more, 0, count));
      }
    } catch (IOException e) {
      // the connection sent nothing
    }
  }

  @Override
  public void close() throws IOException {
    api.stop(0);
    server.close();
  }
}
