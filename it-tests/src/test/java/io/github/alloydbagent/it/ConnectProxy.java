package io.github.alloydbagent.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP proxy that only tunnels (RFC 9110, section 9.3.6), to where it is asked or to what stands
 * in for that.
 */
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> targets = new CopyOnWriteArrayList<>();
  private final Map<String, String> standIns;

  /**
   * @param standIns host and port, by host and port that are asked for
   */
  ConnectProxy(Map<String, String> standIns) throws IOException {
    this.standIns = standIns;
    threads.execute(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Host and port of each tunnel. */
  List<String> targets() {
    return targets;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        threads.execute(() -> serve(client));
      } catch (IOException closed) {
        // by close
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String[] request = head(client.getInputStream()).split(" ");
      if (!request[0].equals("CONNECT")) {
        throw new IOException("not a tunnel: " + request[0]);
      }
      targets.add(request[1]);
      String to = standIns.getOrDefault(request[1], request[1]);
      int colon = to.lastIndexOf(':');
      int port = Integer.parseInt(to.substring(colon + 1));
      try (Socket target = new Socket(to.substring(0, colon), port)) {
        client
            .getOutputStream()
            .write(
                "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        threads.execute(() -> pump(target, client));
        client.getInputStream().transferTo(target.getOutputStream());
      }
    } catch (IOException e) {
      // one of the two has hung up
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // one of the two has hung up
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
