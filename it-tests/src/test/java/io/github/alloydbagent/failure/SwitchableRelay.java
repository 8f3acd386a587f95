package io.github.alloydbagent.failure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Forwards a port of 127.0.0.1 to a server, from {@code open} until {@code close}. */
final class SwitchableRelay implements AutoCloseable {
  private final int port;
  private final String behind;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;

  /**
   * The port is closed at first.
   *
   * @param behind the server's host and port
   */
  SwitchableRelay(String behind) throws IOException {
    this.behind = behind;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
  }

  String hostAndPort() {
    return "127.0.0.1:" + port;
  }

  void open() throws IOException {
    ServerSocket opened = new ServerSocket();
    opened.setReuseAddress(true);
    opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listener = opened;
    start(
        () -> {
          while (true) {
            serve(opened.accept());
          }
        });
  }

  private void serve(Socket client) throws IOException {
    String[] parts = behind.split(":");
    Socket server = new Socket(parts[0], Integer.parseInt(parts[1]));
    sockets.add(client);
    sockets.add(server);
    start(() -> pump(client, server));
    start(() -> pump(server, client));
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // one side has closed the connection
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    if (listener != null) {
      listener.close();
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
