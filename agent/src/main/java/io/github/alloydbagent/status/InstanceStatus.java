package io.github.alloydbagent.status;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counters and state of one instance, for one identity. Connections and refreshes record their
 * results here. Thread-safe; only the recording of failures takes a lock.
 */
public final class InstanceStatus {

  /** Timeout of a refresh that a person requested. */
  private static final long REFRESH_TIMEOUT_MILLIS = 60_000;

  /**
   * Connection info of this age or less is not fetched again for a reconnect, which matches the
   * rate limit of refreshes.
   */
  private static final long RECENT_REFRESH_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final String instance;
  private final String identity;
  private final Supplier<String> principal;
  private final Clock clock;
  private final Events events;
  private final List<TunnelsOfHost> tunnels = new CopyOnWriteArrayList<>();
  private final LongAdder refreshes = new LongAdder();
  private final LongAdder refreshFailures = new LongAdder();
  private final Map<String, LongAdder> failuresByStage = new ConcurrentHashMap<>();
  private final Latencies latencies = new Latencies();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final RecentFailures failures = new RecentFailures();
  private volatile @Nullable Refreshable refreshable;
  private volatile String address = "";
  private volatile String ipType = "";
  private volatile long certificateStart;
  private volatile long certificateEnd;
  private volatile long lastRefresh;
  private volatile long lastRefreshNanos;
  private volatile boolean refreshFailed;
  private volatile boolean connectFailed;

  /**
   * Creates the status of an instance without connection info.
   *
   * @param instance the URI of the instance
   * @param identity distinguishes entries of the same instance; the same at every start, and not a
   *     secret
   * @param principal the principal of the identity, for people
   * @param events records what happens to the instance
   */
  public InstanceStatus(
      String instance, String identity, Supplier<String> principal, Clock clock, Events events) {
    this.instance = instance;
    this.identity = identity;
    this.principal = principal;
    this.clock = clock;
    this.events = events;
  }

  /**
   * Sets the object that fetches connection info; called once, before any other thread reads this
   * status.
   */
  public void setRefreshable(Refreshable by) {
    refreshable = by;
  }

  /** Adds a host that is mapped to this instance, with its tunnels. */
  public void addHost(String host, Tunnels open) {
    prune();
    tunnels.add(new TunnelsOfHost(host, open));
  }

  /**
   * Removes a host that is no longer mapped to this instance; its tunnels are counted until they
   * are closed.
   */
  public void removeHost(String host, Tunnels open) {
    for (TunnelsOfHost each : tunnels) {
      if (each.open == open && each.host.equals(host)) {
        each.isRemoved = true;
      }
    }
    prune();
  }

  /** Drops removed hosts whose tunnels are closed. */
  private void prune() {
    tunnels.removeIf(each -> each.isRemoved && each.open.count() == 0);
  }

  /**
   * Records new connection info.
   *
   * @param start when its certificate was received, in milliseconds of the wall clock
   * @param end when the certificate expires
   */
  public void refreshed(long start, long end) {
    certificateStart = start;
    certificateEnd = end;
    lastRefresh = clock.wallMillis();
    lastRefreshNanos = clock.nanoTime();
    refreshFailed = false;
    refreshes.increment();
  }

  public void refreshFailed(String message) {
    refreshFailed = true;
    refreshFailures.increment();
    failures.add(message, clock.wallMillis());
  }

  public void connected(String type, String hostAndPort, long nanos) {
    if (!hostAndPort.equals(address)) {
      address = hostAndPort;
    }
    ipType = type;
    if (connectFailed) {
      connectFailed = false;
    }
    latencies.add(nanos);
  }

  public void connectFailed(String stage, String message) {
    connectFailed = true;
    failuresByStage.computeIfAbsent(stage, s -> new LongAdder()).increment();
    failures.add(message, clock.wallMillis());
  }

  /** Returns a byte counter for a new tunnel. */
  public TunnelTraffic newTraffic() {
    return new TunnelTraffic(this, received, sent);
  }

  /** Returns the recorder of events of this instance. */
  public Events events() {
    return events;
  }

  public String instance() {
    return instance;
  }

  /** Returns a short name of the identity's settings, which is the same at every start. */
  public String identity() {
    return identity;
  }

  public List<String> hosts() {
    Set<String> hosts = new LinkedHashSet<>();
    for (TunnelsOfHost each : tunnels) {
      if (!each.isRemoved) {
        hosts.add(each.host);
      }
    }
    return new ArrayList<>(hosts);
  }

  public String principal() {
    return principal.get();
  }

  /** Returns the state; whether there is valid info is what connections are told too. */
  public State state() {
    Refreshable by = refreshable;
    if (by != null && by.isValid()) {
      return refreshFailed || connectFailed ? State.DEGRADED : State.READY;
    }
    if (refreshFailed) {
      return State.FAILED;
    }
    return by != null && by.isLazy() ? State.IDLE : State.STARTING;
  }

  /** Returns the address and port of the last tunnel; empty before the first one. */
  public String address() {
    return address;
  }

  /** Returns the kind of that address; empty before the first tunnel. */
  public String ipType() {
    return ipType;
  }

  /**
   * Returns when the certificate was received, in milliseconds of the wall clock; 0 before the
   * first one.
   */
  public long certificateStart() {
    return certificateStart;
  }

  /**
   * Returns when the certificate expires, in milliseconds of the wall clock; 0 before the first
   * one.
   */
  public long certificateEnd() {
    return certificateEnd;
  }

  /**
   * Returns the time of the last successful refresh, in milliseconds of the wall clock; 0 before
   * the first one.
   */
  public long lastRefresh() {
    return lastRefresh;
  }

  /**
   * Returns the time of the next refresh, in milliseconds of the wall clock; 0 if refreshes are on
   * demand.
   */
  public long nextRefresh() {
    Refreshable by = refreshable;
    return by == null ? 0 : by.nextRefreshMillis();
  }

  public long refreshes() {
    return refreshes.sum();
  }

  public long refreshFailures() {
    return refreshFailures.sum();
  }

  public long connects() {
    return latencies.count();
  }

  public long connectFailures() {
    long all = 0;
    for (LongAdder failed : failuresByStage.values()) {
      all += failed.sum();
    }
    return all;
  }

  /** Returns the failures by stage, without stages that never failed. */
  public Map<String, Long> connectFailuresByStage() {
    Map<String, Long> counts = new TreeMap<>();
    for (Map.Entry<String, LongAdder> stage : failuresByStage.entrySet()) {
      counts.put(stage.getKey(), stage.getValue().sum());
    }
    return counts;
  }

  /** Returns the latencies of successful connection attempts. */
  public Latencies latencies() {
    return latencies;
  }

  public int openTunnels() {
    prune();
    int open = 0;
    for (TunnelsOfHost each : tunnels) {
      open += each.open.count();
    }
    return open;
  }

  public long bytesReceived() {
    return received.sum();
  }

  public long bytesSent() {
    return sent.sum();
  }

  /** Returns the last five failures, newest first. */
  public List<Failure> failures() {
    return Collections.unmodifiableList(failures.newestFirst());
  }

  /**
   * Fetches new connection info, and waits for it.
   *
   * @throws IOException if the fetch does not succeed within a minute
   */
  public void refresh() throws IOException {
    Refreshable by = refreshable;
    if (by == null) {
      throw new IOException("nothing refreshes " + instance + " yet");
    }
    by.refresh(REFRESH_TIMEOUT_MILLIS);
  }

  /**
   * Fetches new connection info, unless the last refresh succeeded within the last 30 s, and then
   * closes the open tunnels, so that applications connect again. If the refresh fails, no tunnel is
   * closed.
   *
   * @return the number of tunnels that were closed
   * @throws IOException if the refresh fails, as for {@link #refresh}
   */
  public int reconnect() throws IOException {
    if (refreshFailed
        || lastRefresh == 0
        || clock.nanoTime() - lastRefreshNanos > RECENT_REFRESH_NANOS) {
      refresh();
    }
    int closed = 0;
    for (TunnelsOfHost each : tunnels) {
      closed += each.open.closeAll();
    }
    return closed;
  }

  /** The tunnels of one mapped host. */
  private static final class TunnelsOfHost {
    final String host;
    final Tunnels open;
    volatile boolean isRemoved;

    TunnelsOfHost(String host, Tunnels open) {
      this.host = host;
      this.open = open;
    }
  }
}
