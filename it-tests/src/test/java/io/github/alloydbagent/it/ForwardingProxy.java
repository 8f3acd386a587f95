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

/** Takes connections, and carries what they say to somewhere else. */
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

  /** Host and port that each connection was for, as it said itself. */
  List<String> targets() {
    return targets;
  }

  /** Reads where the client wants to go, as {@code host:port}. */
  abstract String target(InputStream in, OutputStream out) throws IOException;

  /** Where to find that, as {@code host:port}. */
  abstract String standIn(String target);

  /** Tells the client that it is connected. */
  abstract void connected(OutputStream out) throws IOException;

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

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
