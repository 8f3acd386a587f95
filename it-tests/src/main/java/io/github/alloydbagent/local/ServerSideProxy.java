package io.github.alloydbagent.local;

import java.io.IOException;
import java.net.Socket;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Accepts an instance's connections: one listener for each address, one thread for each connection.
 */
final class ServerSideProxy implements AutoCloseable {
  /** The port that connectors connect to. */
  static final int PORT = 5433;

  private final LocalInstance instance;
  private final Backend backend;
  private final Counts counts;
  private final ExecutorService threads;
  private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
  private final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();

  ServerSideProxy(LocalInstance instance, Backend backend, Counts counts) {
    this.instance = instance;
    this.backend = backend;
    this.counts = counts;
    this.threads =
        Executors.newCachedThreadPool(new Daemons("local-alloydb-" + instance.shortName()));
  }

  /** Listens on exactly these addresses; if one of them is in use, changes nothing. */
  synchronized void listenAt(Set<String> addresses) throws IOException {
    Map<String, Listener> fresh = new ConcurrentHashMap<>();
    try {
      for (String address : addresses) {
        if (!listeners.containsKey(address)) {
          fresh.put(address, new Listener(address, PORT));
        }
      }
    } catch (IOException e) {
      fresh.values().forEach(Listener::close);
      throw e;
    }
    Iterator<Map.Entry<String, Listener>> old = listeners.entrySet().iterator();
    while (old.hasNext()) {
      Map.Entry<String, Listener> listener = old.next();
      if (!addresses.contains(listener.getKey())) {
        listener.getValue().close();
        old.remove();
      }
    }
    listeners.putAll(fresh);
    fresh.values().forEach(listener -> threads.execute(() -> listener.acceptFor(this::serve)));
  }

  private void serve(Socket client) {
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
  }

  void kill() {
    connections.forEach(ProxyConnection::kill);
  }

  int open() {
    return connections.size();
  }

  @Override
  public synchronized void close() {
    listeners.values().forEach(Listener::close);
    listeners.clear();
    kill();
    threads.shutdownNow();
  }
}
