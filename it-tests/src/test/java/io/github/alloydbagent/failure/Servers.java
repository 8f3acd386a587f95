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

/** Servers that are no AlloyDB, on free ports of one address of the loopback network. */
final class Servers implements AutoCloseable {

  /** Of the database user {@code app}. */
  static final String PASSWORD = "open-sesame-4711";

  private final InetAddress address;
  private final List<ServerSocket> listeners = new ArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** Servers at the private address of an instance, for mappings with another server-port. */
  Servers(LocalInstance instance) throws IOException {
    address = InetAddress.getByName(String.valueOf(instance.addresses().privateIp()));
  }

  /** The description of a local AlloyDB that has the database user. */
  static LocalAlloyDbBuilder alloyDb() {
    return LocalAlloyDb.builder().user("app", PASSWORD);
  }

  /** What a server does with each connection. */
  interface Service {
    void serve(Socket client) throws IOException;
  }

  /** The port of a server that accepts, and then does this; it keeps the connection open. */
  int listening(Service service) throws IOException {
    return listening(new ServerSocket(), service);
  }

  /** As above, with a listener of a special kind that is not bound yet. */
  int listening(ServerSocket listener, Service service) throws IOException {
    int port = bound(listener, 50);
    Thread thread = new Thread(() -> accept(listener, service), "server on port " + port);
    thread.setDaemon(true);
    thread.start();
    return port;
  }

  /** The port of a server that accepts and never says a word. */
  int silent() throws IOException {
    return listening(client -> {});
  }

  /** The port of a server that answers whatever comes with this. */
  int answering(byte[] answer) throws IOException {
    return listening(
        client -> {
          InputStream in = client.getInputStream();
          if (in.read() >= 0) {
            client.getOutputStream().write(answer);
          }
        });
  }

  /** The port of a server that begins a TLS record and sends the rest of it very slowly. */
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

  /** A port that drops what knocks, as a firewall does: its queue is full, and nobody accepts. */
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
    throw new IOException("the queue of port " + port + " does not get full");
  }

  /** A port at which nobody listens. */
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
                    // the client went away
                  }
                });
        thread.setDaemon(true);
        thread.start();
      } catch (IOException closed) {
        // by close()
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
