package io.github.alloydbagent.local;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The listening side of an instance: one listener for each address, one thread each connection. */
final class ServerSideProxy implements AutoCloseable {
  /** The port that connectors dial. */
  static final int PORT = 5433;

  private static final int BACKLOG = 200;

  private final LocalInstance instance;
  private final Backend backend;
  private final Counts counts;
  private final ExecutorService threads;
  private final Map<String, ServerSocket> listeners = new ConcurrentHashMap<>();
  private final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();

  ServerSideProxy(LocalInstance instance, Backend backend, Counts counts) {
    this.instance = instance;
    this.backend = backend;
    this.counts = counts;
    this.threads =
        Executors.newCachedThreadPool(new Daemons("local-alloydb-" + instance.shortName()));
  }

  /** Listens at these addresses and at no others; changes nothing if one of them is taken. */
  synchronized void listenAt(Set<String> addresses) throws IOException {
    Map<String, ServerSocket> fresh = new ConcurrentHashMap<>();
    try {
      for (String address : addresses) {
        if (!listeners.containsKey(address)) {
          fresh.put(address, listen(address));
        }
      }
    } catch (IOException e) {
      for (ServerSocket listener : fresh.values()) {
        listener.close();
      }
      throw e;
    }
    Iterator<Map.Entry<String, ServerSocket>> old = listeners.entrySet().iterator();
    while (old.hasNext()) {
      Map.Entry<String, ServerSocket> listener = old.next();
      if (!addresses.contains(listener.getKey())) {
        listener.getValue().close();
        old.remove();
      }
    }
    listeners.putAll(fresh);
    fresh.values().forEach(listener -> threads.execute(() -> accept(listener)));
  }

  private static ServerSocket listen(String address) throws IOException {
    InetAddress ip = InetAddresses.forString(address);
    if (!ip.isLoopbackAddress()) {
      throw new IOException(address + " is no loopback address, and this server is for no other");
    }
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    try {
      listener.bind(new InetSocketAddress(ip, PORT), BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    return listener;
  }

  private void accept(ServerSocket listener) {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        ProxyConnection connection = new ProxyConnection(client, instance, backend, counts);
        connections.add(connection);
        threads.execute(
            () -> {
              try {
                connection.run(threads);
              } finally {
                connections.remove(connection);
              }
            });
      } catch (IOException closed) {
        // by listenAt or by close; anything else shows in the next accept
      }
    }
  }

  void kill() {
    connections.forEach(ProxyConnection::kill);
  }

  int open() {
    return connections.size();
  }

  @Override
  public synchronized void close() {
    listeners
        .values()
        .forEach(
            listener -> {
              try {
                listener.close();
              } catch (IOException e) {
                // closed all the same
              }
            });
    listeners.clear();
    kill();
    threads.shutdownNow();
  }
}
