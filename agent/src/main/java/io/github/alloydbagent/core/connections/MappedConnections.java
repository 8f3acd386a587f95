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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Routes the connections of drivers where the settings are valid: tunnels for hosts that are
 * mapped, by the settings or else by discovery.
 */
public final class MappedConnections implements Connections {
  private final boolean discovers;
  private final long generalTimeoutMillis;
  private final CompletableFuture<AgentRuntime> prepared;
  private final Clock clock;
  private final Log log;
  private final LoopbackWarning loopbackWarning;

  /** What is mapped while the agent is still starting; there are no targets yet. */
  private final Routes<Mapping> atStart;

  /** Null while the agent is still starting. */
  private volatile @Nullable RouteTable table;

  /**
   * @param prepared what connections need, completed after {@link #start}
   */
  public MappedConnections(
      Settings settings, CompletableFuture<AgentRuntime> prepared, Clock clock, Log log) {
    this.discovers = !settings.discover().isEmpty();
    this.generalTimeoutMillis = settings.general().connectTimeoutMillis();
    this.prepared = prepared;
    this.clock = clock;
    this.log = log;
    this.loopbackWarning = new LoopbackWarning(log);
    Map<HostPattern, Mapping> byPattern = new HashMap<>();
    for (Mapping mapping : settings.mappings()) {
      byPattern.put(mapping.pattern(), mapping);
    }
    this.atStart = Routes.of(byPattern);
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
        loopbackWarning.check(now.routes(), host, port);
      }
      return target == null && !mayBeDiscovered(host)
          ? null
          : route(host, port, target, deadline(timeoutMillis, settingsTimeout(target)));
    }
    Mapping mapping = atStart.find(host, port);
    if (mapping == null) {
      loopbackWarning.check(atStart, host, port);
    }
    if (mapping == null && !mayBeDiscovered(host)) {
      return null;
    }
    long timeout =
        mapping == null ? generalTimeoutMillis : mapping.settings().connectTimeoutMillis();
    Deadline deadline = deadline(timeoutMillis, timeout);
    AgentRuntime unused = prepared(deadline);
    return route(host, port, table().find(host, port), deadline);
  }

  private @Nullable Route route(String host, int port, @Nullable Target mapped, Deadline deadline)
      throws IOException {
    Target target =
        mapped != null || !mayBeDiscovered(host) ? mapped : discovered(host, port, deadline);
    return target == null ? null : new TunnelRoute(host, port, target, deadline, true);
  }

  private long settingsTimeout(@Nullable Target target) {
    return target == null ? generalTimeoutMillis : target.connectTimeoutMillis();
  }

  private Deadline deadline(int timeoutMillis, long otherwiseMillis) {
    return Deadline.inMillis(timeoutMillis > 0 ? timeoutMillis : otherwiseMillis, clock);
  }

  private boolean mayBeDiscovered(String host) {
    return discovers && Discovery.isCandidate(host);
  }

  /**
   * A host of the last list that is not an instance's any more by a newer one is looked up again,
   * in that one.
   */
  private @Nullable Target discovered(String host, int port, Deadline deadline) throws IOException {
    AgentRuntime parts = prepared(deadline);
    HostLookup discovery = parts.discovery();
    if (discovery == null) {
      return null;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      Mapping mapping = discovery.find(host, port, deadline);
      if (mapping == null) {
        return null;
      }
      Target target = parts.targets().ofDiscovered(mapping);
      if (target != null) {
        return target;
      }
    }
    throw new IOException(
        ErrorCode.LISTING_CHANGED.driverMessage(
            "no connection to host "
                + host
                + ": the list of instances changed while it was looked up, and the instance that had"
                + " this address is not listed any more. Connect again."));
  }

  private RouteTable table() {
    return Objects.requireNonNull(table); // set before what connections need is completed
  }

  private AgentRuntime prepared(Deadline deadline) throws IOException {
    try {
      return Interrupts.get(prepared, deadline.remainingMillis());
    } catch (ExecutionException e) {
      throw new IOException(
          AgentRuntime.startupCode(e)
              .driverMessage("could not start: " + AgentRuntime.startupFailure(e.getCause())),
          e.getCause());
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(
          ErrorCode.STARTING_TIMEOUT.driverMessage(
              "not started within " + deadline.totalMillis() + " ms"));
    } catch (InterruptedException e) {
      throw new InterruptedIOException(
          ErrorCode.INTERRUPTED.driverMessage("interrupted while starting"));
    }
  }

  @Override
  public boolean isTunnel(Socket socket) {
    return socket instanceof TunnelSocket;
  }

  /**
   * Replaces the mappings of the settings. If it throws, it can be called again with the same
   * mappings: until the new table is in place nothing has changed, and from then on each step
   * starts from what is there, not from what changed. For one thread at a time, once all is
   * prepared.
   *
   * @param onRemap what becomes of the tunnels of hosts that lead to another instance now
   */
  public void remap(List<Mapping> next, OnRemap onRemap) {
    Targets targets = prepared.join().targets();
    RouteTable before = table();
    RouteTable after = targets.prepare(next);
    table = after;
    targets.keepOnly(next);
    Map<HostPattern, Integer> closed = new HashMap<>();
    if (onRemap == OnRemap.CLOSE) {
      closed = targets.closeRemapped(after);
    }
    Set<Mapping> kept = new HashSet<>(next);
    for (Mapping gone : before.mappings()) {
      Target now = kept.contains(gone) ? null : after.at(gone.pattern());
      if (now != null && !now.mapping().instance().equals(gone.instance())) {
        logRemapped(gone, now.mapping(), onRemap, closed.get(gone.pattern()));
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

  /** The way to one target. */
  private final class TunnelRoute implements Route {
    private final String host;
    private final int port;
    private final Deadline deadline;
    private final boolean followsMapping;
    private volatile Target target;

    /**
     * @param followsMapping whether a remap meanwhile leads it to another instance
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
        next = discovered(host, port, deadline);
      }
      if (next == null) {
        throw new IOException(
            ErrorCode.NOT_MAPPED_ANY_MORE.driverMessage(
                "host " + host + " is not mapped any more"));
      }
      target = next;
      return connectTo(next); // a second remap meanwhile says so
    }

    private Socket connectTo(Target reached) throws IOException {
      return prepared(deadline).connect(host + ":" + port, reached, deadline);
    }

    @Override
    public Route again(int timeoutMillis) {
      Target reached = target;
      return new TunnelRoute(
          host, port, reached, deadline(timeoutMillis, reached.connectTimeoutMillis()), false);
    }
  }
}
