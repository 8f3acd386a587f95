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
 * How one instance stands, as it is reached by one identity. Whoever works for it records what
 * comes of that; nothing here takes a lock, but where something has failed. Any thread.
 */
public final class InstanceStatus {

  /** Milliseconds that a person who asks for new connection info has to wait at most. */
  private static final long PATIENCE = 60_000;

  /**
   * Nanoseconds for which connection info is new; the API is asked no more often in the long run.
   */
  private static final long NEW = TimeUnit.SECONDS.toNanos(30);

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
  private volatile @Nullable Refreshable refreshing;
  private volatile String address = "";
  private volatile String ipType = "";
  private volatile long certificateStart;
  private volatile long certificateEnd;
  private volatile long lastRefresh;
  private volatile long lastRefreshNanos;
  private volatile boolean refreshFailed;
  private volatile boolean connectFailed;

  /**
   * @param instance its URI
   * @param identity tells apart those who reach the same instance; the same at every start, and no
   *     secret
   * @param principal as whom it is reached, for people
   * @param events where what happens is recorded
   */
  public InstanceStatus(
      String instance, String identity, Supplier<String> principal, Clock clock, Events events) {
    this.instance = instance;
    this.identity = identity;
    this.principal = principal;
    this.clock = clock;
    this.events = events;
  }

  /** Names who can fetch connection info; called once, before anybody asks. */
  public void refreshedBy(Refreshable by) {
    refreshing = by;
  }

  /** From now on a host leads here, with these tunnels. */
  public void reachedAs(String host, Tunnels open) {
    prune();
    tunnels.add(new TunnelsOfHost(host, open));
  }

  /** A host does not lead here any more; its tunnels are counted until they are closed. */
  public void leftBy(String host, Tunnels open) {
    for (TunnelsOfHost each : tunnels) {
      if (each.open == open && each.host.equals(host)) {
        each.left = true;
      }
    }
    prune();
  }

  /** Forgets the tunnels of hosts that have left, once they are closed. */
  private void prune() {
    tunnels.removeIf(each -> each.left && each.open.count() == 0);
  }

  /**
   * Records new connection info.
   *
   * @param start when its certificate came, in milliseconds of the wall clock
   * @param end when it expires
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

  /** For a tunnel that begins. */
  public TunnelTraffic traffic() {
    return new TunnelTraffic(this, received, sent);
  }

  /** Where what happens to it is recorded. */
  public Events events() {
    return events;
  }

  public String instance() {
    return instance;
  }

  /** A short name of the settings that it is reached with, which is the same at every start. */
  public String identity() {
    return identity;
  }

  public List<String> hosts() {
    Set<String> hosts = new LinkedHashSet<>();
    for (TunnelsOfHost each : tunnels) {
      if (!each.left) {
        hosts.add(each.host);
      }
    }
    return new ArrayList<>(hosts);
  }

  public String principal() {
    return principal.get();
  }

  public State state() {
    if (clock.wallMillis() < certificateEnd) {
      return refreshFailed || connectFailed ? State.DEGRADED : State.READY;
    }
    if (refreshFailed) {
      return State.FAILED;
    }
    return isLazy() ? State.IDLE : State.STARTING;
  }

  private boolean isLazy() {
    Refreshable by = refreshing;
    return by != null && by.isLazy();
  }

  /** Host and port where a tunnel was made last; empty before. */
  public String address() {
    return address;
  }

  /** The kind of that address; empty before. */
  public String ipType() {
    return ipType;
  }

  /** When the certificate came, in milliseconds of the wall clock; 0 before. */
  public long certificateStart() {
    return certificateStart;
  }

  /** When the certificate ends, in milliseconds of the wall clock; 0 before. */
  public long certificateEnd() {
    return certificateEnd;
  }

  /** When connection info came last, in milliseconds of the wall clock; 0 before. */
  public long lastRefresh() {
    return lastRefresh;
  }

  /** When it will be fetched next, in milliseconds of the wall clock; 0 on demand. */
  public long nextRefresh() {
    Refreshable by = refreshing;
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

  /** By the stages' names; those without a failure are not there. */
  public Map<String, Long> connectFailuresByStage() {
    Map<String, Long> counts = new TreeMap<>();
    for (Map.Entry<String, LongAdder> stage : failuresByStage.entrySet()) {
      counts.put(stage.getKey(), stage.getValue().sum());
    }
    return counts;
  }

  /** Of connects that succeeded. */
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

  /** The last few, newest first. */
  public List<Failure> failures() {
    return Collections.unmodifiableList(failures.newestFirst());
  }

  /**
   * Has new connection info fetched, and waits for it.
   *
   * @throws IOException if there is none within a minute
   */
  public void refresh() throws IOException {
    Refreshable by = refreshing;
    if (by == null) {
      throw new IOException("nothing refreshes " + instance + " yet");
    }
    by.refresh(PATIENCE);
  }

  /**
   * Has new connection info fetched, unless it came in the last half minute, and closes the open
   * tunnels once it is there, so that those who had them connect anew; how many these were. Without
   * new info none is closed.
   *
   * @throws IOException as {@link #refresh}
   */
  public int reconnect() throws IOException {
    if (refreshFailed || lastRefresh == 0 || clock.nanoTime() - lastRefreshNanos > NEW) {
      refresh();
    }
    int closed = 0;
    for (TunnelsOfHost each : tunnels) {
      closed += each.open.close();
    }
    return closed;
  }

  /** Those of one mapping of a host. */
  private static final class TunnelsOfHost {
    final String host;
    final Tunnels open;
    volatile boolean left;

    TunnelsOfHost(String host, Tunnels open) {
      this.host = host;
      this.open = open;
    }
  }
}
