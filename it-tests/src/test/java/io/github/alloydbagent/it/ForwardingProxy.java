package io.github.alloydbagent.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Accepts connections and forwards their data to another server. */
abstract class ForwardingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> targets = new CopyOnWriteArrayList<>();

  ForwardingProxy(String address) throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getByName(address));
    threads.execute(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns the requested {@code host:port} of each connection. */
  List<String> targets() {
    return targets;
  }

  /** Reads the requested {@code host:port} from the client. */
  abstract String target(InputStream in, OutputStream out) throws IOException;

  /** Returns the {@code host:port} to connect to instead. */
  abstract String standIn(String target);

  /** Reports to the client that it is connected. */
  abstract void connected(OutputStream out) throws IOException;

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        threads.execute(() -> serve(client));
      } catch (IOException closed) {
        // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String target = target(client.getInputStream(), client.getOutputStream());
      targets.add(target);
      String to = standIn(target);
      int colon = to.lastIndexOf(':');
      int port = Integer.parseInt(to.substring(colon + 1));
      try (Socket there = new Socket(to.substring(0, colon), port)) {
        connected(client.getOutputStream());
        threads.execute(() -> pump(there, client));
        client.getInputStream().transferTo(there.getOutputStream());
      }
    } catch (IOException e) {
      // one side has closed the connection
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // one side has closed the connection
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
