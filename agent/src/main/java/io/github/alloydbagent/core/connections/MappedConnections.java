package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.setting.OnRemap;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.tunnel.RemappedException;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Routes the connections of drivers if the settings are valid: opens tunnels for hosts that are
 * mapped by the settings or by discovery.
 */
public final class MappedConnections implements Connections {
  private final boolean isDiscoveryOn;
  private final long generalTimeoutMillis;
  private final String settingsFile;
  private final RuntimeHolder runtime;
  private final Clock clock;
  private final Log log;
  private final LoopbackWarning loopbackWarning;

  /** The mappings while the agent is starting and has no targets yet. */
  private final Routes<Mapping> initialRoutes;

  /** Null while the agent is starting. */
  private volatile @Nullable RouteTable table;

  /**
   * Creates the connections of an agent that is starting.
   *
   * @param runtime the components that connections need, completed after {@link #start}
   */
  public MappedConnections(Settings settings, RuntimeHolder runtime, Clock clock, Log log) {
    this.isDiscoveryOn = !settings.discover().isEmpty();
    this.generalTimeoutMillis = settings.general().connectTimeoutMillis();
    this.settingsFile = "config-file " + settings.file();
    this.runtime = runtime;
    this.clock = clock;
    this.log = log;
    this.loopbackWarning = new LoopbackWarning(log);
    this.initialRoutes = settings.routes();
  }

  /** Routes connections by this table from now on. */
  public void start(RouteTable first) {
    table = first;
  }

  @Override
  public @Nullable Route route(String host, int port, int timeoutMillis) throws IOException {
    RouteTable now = table;
    if (now != null) {
      Target target = now.find(host, port);
      if (target == null) {
        if (!mayBeDiscovered(host)) {
          refuseDropped(now, host, port);
        }
        loopbackWarning.check(now.routes(), host, port);
      }
      return target == null && !mayBeDiscovered(host)
          ? null
          : route(host, port, target, deadline(timeoutMillis, settingsTimeout(target)));
    }
    Mapping mapping = initialRoutes.find(host, port);
    if (mapping == null) {
      loopbackWarning.check(initialRoutes, host, port);
    }
    if (mapping == null && !mayBeDiscovered(host)) {
      return null;
    }
    long timeout =
        mapping == null ? generalTimeoutMillis : mapping.settings().connectTimeoutMillis();
    Deadline deadline = deadline(timeoutMillis, timeout);
    AgentRuntime unused = runtime(deadline);
    return route(host, port, table().find(host, port), deadline);
  }

  private @Nullable Route route(String host, int port, @Nullable Target mapped, Deadline deadline)
      throws IOException {
    Target target =
        mapped != null || !mayBeDiscovered(host) ? mapped : findDiscovered(host, port, deadline);
    if (target == null) {
      refuseDropped(table(), host, port);
    }
    return target == null ? null : new TunnelRoute(host, port, target, deadline, true);
  }

  /** Throws if the host was mapped before an edit of the settings file. */
  private void refuseDropped(RouteTable current, String host, int port) throws IOException {
    HostPattern pattern = current.findDropped(host, port);
    if (pattern != null) {
      throw new IOException(
          ErrorCode.NOT_MAPPED_ANY_MORE.driverMessage(
              "no connection to host "
                  + host
                  + ":"
                  + port
                  + ": "
                  + settingsFile
                  + " mapped it when this JVM started or later ("
                  + pattern
                  + "), and no longer maps it: the connection would have no tunnel. Map the host"
                  + " again, or restart the application if it no longer needs a tunnel."));
    }
  }

  private long settingsTimeout(@Nullable Target target) {
    return target == null ? generalTimeoutMillis : target.connectTimeoutMillis();
  }

  private Deadline deadline(int timeoutMillis, long defaultMillis) {
    return Deadline.inMillis(timeoutMillis > 0 ? timeoutMillis : defaultMillis, clock);
  }

  private boolean mayBeDiscovered(String host) {
    return isDiscoveryOn && Discovery.isCandidate(host);
  }

  /**
   * Looks up a host again if it was found in a list of instances that a newer list has replaced.
   */
  private @Nullable Target findDiscovered(String host, int port, Deadline deadline)
      throws IOException {
    AgentRuntime started = runtime(deadline);
    HostLookup discovery = started.discovery();
    if (discovery == null) {
      return null;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      Mapping mapping = discovery.find(host, port, deadline);
      if (mapping == null) {
        return null;
      }
      Target target = started.targets().targetOfDiscovered(mapping);
      if (target != null) {
        return target;
      }
    }
    throw new IOException(
        ErrorCode.LISTING_CHANGED.driverMessage(
            "no connection to host "
                + host
                + ": the list of instances changed while it was looked up, and the instance that"
                + " had this address is no longer listed. Connect again."));
  }

  private RouteTable table() {
    return Objects.requireNonNull(table); // set before the runtime is completed
  }

  private AgentRuntime runtime(Deadline deadline) throws IOException {
    try {
      return Interrupts.get(runtime.result(), deadline.remainingMillis());
    } catch (ExecutionException e) {
      throw new IOException(
          AgentRuntime.startupCode(e)
              .driverMessage("could not start: " + AgentRuntime.startupFailure(e.getCause())),
          e.getCause());
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          ErrorCode.STARTING_TIMEOUT.driverMessage(
              "not started within " + deadline.totalMillis() + " ms" + lastFailure()));
    } catch (InterruptedException e) {
      throw new InterruptedIOException(
          ErrorCode.INTERRUPTED.driverMessage("interrupted while starting"));
    }
  }

  private String lastFailure() {
    Throwable failure = runtime.failure();
    return failure == null
        ? ""
        : "; the last attempt failed: " + AgentRuntime.startupFailure(failure);
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof TunnelSocket;
  }

  /**
   * Replaces the mappings of the settings. Connections to hosts that only earlier mappings contain
   * are refused from now on. If this throws, it can be called again with the same mappings: until
   * the new table is set nothing has changed, and each later step depends only on the current
   * state, not on the previous mappings. Must be called by one thread at a time, after the runtime
   * is complete.
   *
   * @param onRemap whether to close the tunnels of hosts that are remapped to another instance
   */
  public void remap(List<Mapping> next, OnRemap onRemap) {
    Targets targets = Objects.requireNonNull(runtime.runtime()).targets();
    RouteTable before = table();
    RouteTable after = targets.prepare(next).replacing(before);
    table = after;
    List<String> dropped = after.droppedFrom(before);
    if (!dropped.isEmpty()) {
      log.warn(
          ErrorCode.NOT_MAPPED_ANY_MORE,
          settingsFile
              + " no longer maps these hosts: "
              + String.join(", ", dropped)
              + ". New connections to them are refused, because they would have no tunnel. Map the"
              + " hosts again, or restart the application if they no longer need a tunnel.");
    }
    targets.dropAllExcept(next);
    Map<HostPattern, Integer> closed = new HashMap<>();
    if (onRemap == OnRemap.CLOSE) {
      closed = targets.closeRemapped(after);
    }
    Set<Mapping> kept = new HashSet<>(next);
    for (Mapping previous : before.mappings()) {
      Target now = kept.contains(previous) ? null : after.targetOf(previous.pattern());
      if (now != null && !now.mapping().instance().equals(previous.instance())) {
        logRemapped(previous, now.mapping(), onRemap, closed.get(previous.pattern()));
      }
    }
  }

  private void logRemapped(Mapping before, Mapping now, OnRemap onRemap, @Nullable Integer closed) {
    int count = closed == null ? 0 : closed;
    log.about(now.host(), now.instance().uri())
        .info(
            "host "
                + now.host()
                + " was remapped from "
                + before.instance()
                + " to "
                + now.instance()
                + "; "
                + (onRemap == OnRemap.CLOSE
                    ? "closed " + count + (count == 1 ? " open connection" : " open connections")
                    : "open connections are kept (on-remap=keep)"));
  }

  /** The route to one target. */
  private final class TunnelRoute implements Route {
    private final String host;
    private final int port;
    private final Deadline deadline;
    private final boolean followsMapping;
    private volatile Target target;

    /**
     * Creates a route.
     *
     * @param followsMapping whether a remap during connect leads to the new instance
     */
    TunnelRoute(String host, int port, Target target, Deadline deadline, boolean followsMapping) {
      this.host = host;
      this.port = port;
      this.target = target;
      this.deadline = deadline;
      this.followsMapping = followsMapping;
    }

    @Override
    public Socket connect() throws IOException {
      try {
        return connectTo(target);
      } catch (RemappedException e) {
        if (!followsMapping) {
          throw e;
        }
      }
      Target next = table().find(host, port);
      if (next == null && mayBeDiscovered(host)) {
        next = findDiscovered(host, port, deadline);
      }
      if (next == null) {
        refuseDropped(table(), host, port);
        throw new IOException(
            ErrorCode.NOT_MAPPED_ANY_MORE.driverMessage("host " + host + " is no longer mapped"));
      }
      target = next;
      return connectTo(next); // fails if the host is remapped again
    }

    private Socket connectTo(Target reached) throws IOException {
      return runtime(deadline).connect(host + ":" + port, reached, deadline);
    }

    @Override
    public Route again(int timeoutMillis) {
      Target reached = target;
      return new TunnelRoute(
          host, port, reached, deadline(timeoutMillis, reached.connectTimeoutMillis()), false);
    }
  }
}
