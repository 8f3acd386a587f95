package io.github.alloydbagent.failure;

import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Servers other than AlloyDB, on free ports of one loopback address. */
final class Servers implements AutoCloseable {

  /** The password of the database user {@code app}. */
  static final String PASSWORD = "open-sesame-4711";

  private final InetAddress address;
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /**
   * Starts servers on the private address of an instance, for mappings with another server-port.
   */
  Servers(LocalInstance instance) throws IOException {
    address = InetAddress.getByName(String.valueOf(instance.addresses().privateIp()));
  }

  /** Returns the builder of an AlloyDB simulator with the database user. */
  static LocalAlloyDbBuilder alloyDb() {
    return LocalAlloyDb.builder().user("app", PASSWORD);
  }

  /** Serves one connection. */
  interface Service {
    void serve(Socket client) throws IOException;
  }

  /** Returns the port of a server that runs the service for each connection and keeps it open. */
  int listening(Service service) throws IOException {
    return listening(new ServerSocket(), service);
  }

  /** As above, with a special listener that is not bound yet. */
  int listening(ServerSocket listener, Service service) throws IOException {
    int port = bound(listener, 50);
    Thread thread = new Thread(() -> accept(listener, service), "server on port " + port);
    thread.setDaemon(true);
    thread.start();
    return port;
  }

  /** Returns the port of a server that accepts connections and never sends anything. */
  int silent() throws IOException {
    return listening(client -> {});
  }

  /** Returns the port of a server that responds to any input with these bytes. */
  int answering(byte[] answer) throws IOException {
    return listening(
        client -> {
          InputStream in = client.getInputStream();
          if (in.read() >= 0) {
            client.getOutputStream().write(answer);
          }
        });
  }

  /** Returns the port of a server that begins a TLS record and sends the rest of it very slowly. */
  int dribbling() throws IOException {
    return listening(
        client -> {
          client.getOutputStream().write(new byte[] {22, 3, 3, 0x40, 0});
          try {
            while (true) {
              client.getOutputStream().write(2);
              Thread.sleep(100);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /**
   * Returns a port that drops connection attempts, as a firewall does: its backlog is full and
   * nothing is accepted.
   */
  int blackHole() throws IOException {
    ServerSocket listener = new ServerSocket();
    int port = bound(listener, 1);
    for (int i = 0; i < 5; i++) {
      Socket filling = new Socket();
      sockets.add(filling);
      try {
        filling.connect(listener.getLocalSocketAddress(), 200);
      } catch (IOException full) {
        return port;
      }
    }
    throw new IOException("the queue of port " + port + " is never full");
  }

  /** Returns a port without a listener. */
  int closed() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, address)) {
      return probe.getLocalPort();
    }
  }

  private int bound(ServerSocket listener, int backlog) throws IOException {
    listeners.add(listener);
    listener.bind(new InetSocketAddress(address, 0), backlog);
    return listener.getLocalPort();
  }

  private void accept(ServerSocket listener, Service service) {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Thread thread =
            new Thread(
                () -> {
                  try {
                    service.serve(client);
                  } catch (IOException e) {
                    // the client disconnected
                  }
                });
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        // closed
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
