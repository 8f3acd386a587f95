package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.OnRemap;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.tunnel.TunnelSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of drivers, where the settings are right: tunnels for hosts that are mapped, by
 * the settings or else by discovery.
 */
final class MappedConnections implements Connections {
  private final boolean discovers;
  private final long generalTimeoutMillis;
  private final CompletableFuture<Prepared> prepared;
  private final Log log;
  private volatile List<Mapping> mappings;
  private volatile Routes<Mapping> routes;

  /**
   * @param prepared what connections need, once it is there
   */
  MappedConnections(Settings settings, CompletableFuture<Prepared> prepared, Log log) {
    this.discovers = !settings.discover().isEmpty();
    this.generalTimeoutMillis = settings.general().connectTimeoutMillis();
    this.prepared = prepared;
    this.log = log;
    this.mappings = settings.mappings();
    this.routes = Routes.of(byPattern(mappings));
  }

  @Override
  public boolean isMapped(String host, int port, int timeoutMillis) throws IOException {
    return find(host, port, deadline(timeoutMillis)) != null;
  }

  @Override
  public Socket connect(String host, int port, int timeoutMillis) throws IOException {
    Deadline deadline = deadline(timeoutMillis);
    Mapping mapping = find(host, port, deadline);
    if (mapping == null) {
      throw new IOException("AlloyDB Agent: host " + host + " is not mapped any more");
    }
    if (timeoutMillis <= 0) {
      deadline = Deadline.inMillis(mapping.settings().connectTimeoutMillis());
    }
    return prepared(deadline).connect(host + ":" + port, mapping, deadline);
  }

  private Deadline deadline(int timeoutMillis) {
    return Deadline.inMillis(timeoutMillis > 0 ? timeoutMillis : generalTimeoutMillis);
  }

  private @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException {
    Mapping mapping = routes.find(host, port);
    if (mapping != null || !discovers || !Discovery.isCandidate(host)) {
      return mapping;
    }
    Discovery discovery = prepared(deadline).discovery();
    return discovery == null ? null : discovery.find(host, port, deadline);
  }

  private Prepared prepared(Deadline deadline) throws IOException {
    try {
      return Interrupts.get(prepared, deadline.remainingMillis());
    } catch (ExecutionException e) {
      throw new IOException(
          "AlloyDB Agent: could not start: " + Preparation.said(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          "AlloyDB Agent: not started within " + deadline.totalMillis() + " ms");
    } catch (InterruptedException e) {
      throw new InterruptedIOException("AlloyDB Agent: interrupted while starting");
    }
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof TunnelSocket;
  }

  /**
   * From now on, the mappings are these. For one thread at a time, once all is prepared.
   *
   * @param onRemap what becomes of the tunnels of hosts that lead to another instance now
   */
  void remap(List<Mapping> next, OnRemap onRemap) {
    Targets targets = prepared.join().targets();
    Map<HostPattern, Mapping> after = byPattern(next);
    List<Mapping> gone = new ArrayList<>(mappings);
    gone.removeAll(next);
    targets.prepare(next);
    mappings = next;
    routes = Routes.of(after);
    for (Mapping before : gone) {
      Mapping now = after.get(before.pattern());
      if (now != null && !now.instance().equals(before.instance())) {
        int closed = onRemap == OnRemap.CLOSE ? targets.of(before).closeTunnels() : 0;
        log.about(now.host(), now.instance().uri())
            .info(
                "host "
                    + now.host()
                    + " is mapped to "
                    + now.instance()
                    + " now, to "
                    + before.instance()
                    + " before; "
                    + (onRemap == OnRemap.CLOSE
                        ? "open connections that were closed: " + closed
                        : "open connections stay as they are"));
      }
    }
    targets.drop(gone);
  }

  private static Map<HostPattern, Mapping> byPattern(List<Mapping> mappings) {
    Map<HostPattern, Mapping> routes = new HashMap<>();
    for (Mapping mapping : mappings) {
      routes.put(mapping.pattern(), mapping);
    }
    return routes;
  }
}
