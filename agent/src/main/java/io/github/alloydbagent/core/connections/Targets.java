package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.RefreshStrategy;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.http.ApiTransport;
import io.github.alloydbagent.jfr.JfrEvents;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ClusterCertificate;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.ConnectionInfoFetch;
import io.github.alloydbagent.refresh.ConnectionInfoSource;
import io.github.alloydbagent.refresh.StaticConnectionInfoSource;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.status.Events;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.tunnel.Target;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the targets of mappings and lets them share what they can: one key pair and one HTTP
 * client in all, one identity per credentials, one certificate per cluster and identity, one
 * connection info per instance and identity. Drops targets that no mapping needs any more.
 * Thread-safe; never waits for a server.
 */
public final class Targets {

  /** The number of instances for which fetching starts without a delay. */
  private static final int IMMEDIATE_FETCHES = 16;

  /** The longest additional delay for each further instance, in milliseconds. */
  private static final long SPREAD_MILLIS_PER_INSTANCE = 20;

  private final AgentThreads threads;
  private final Log log;
  private final ApiClients servers;
  private final @Nullable File staticConnectionInfo;
  private final Clock clock;
  private final Jitter jitter;
  private final Supplier<CompletableFuture<ClientKey>> key;
  private final Map<IdentitySettings, Identity> identities = new HashMap<>();
  private final Map<List<?>, ClusterCertificate> certificates = new HashMap<>();
  private final Map<List<?>, ConnectionInfoCache> infos = new HashMap<>();
  private final Map<Mapping, Target> targets = new HashMap<>();

  /** The mappings of the settings; during a remap, both the old and the new ones. */
  private Set<Mapping> mapped = new HashSet<>();

  /** The mappings of the instances in the latest list. */
  private Set<Mapping> discovered = new HashSet<>();

  /** The identity that lists projects; null if discovery is off. */
  private @Nullable IdentitySettings listingIdentity;

  /** Dropped targets that have open tunnels. */
  private final List<Target> droppedInUse = new ArrayList<>();

  private final Instances instances = new Instances();
  private final Events events;

  /**
   * Creates an empty set of targets.
   *
   * @param key supplies a future for the key pair
   * @param servers creates the clients that fetch tokens and connection info
   */
  Targets(
      AgentThreads threads,
      Settings settings,
      Supplier<CompletableFuture<ClientKey>> key,
      ApiClients servers,
      Clock clock,
      Jitter jitter,
      Events events,
      Log log) {
    this.threads = threads;
    this.staticConnectionInfo = settings.staticConnectionInfo();
    this.key = key;
    this.servers = servers;
    this.clock = clock;
    this.jitter = jitter;
    this.events = events;
    this.log = log;
  }

  /** Creates targets with the clock, the network and the flight recorder of this JVM. */
  public static Targets ofThisJvm(
      AgentThreads threads,
      Settings settings,
      Supplier<CompletableFuture<ClientKey>> key,
      String userAgent,
      Log log) {
    Jitter jitter = new Jitter(JdkProviders.secureRandom()::nextDouble);
    return new Targets(
        threads,
        settings,
        key,
        new GoogleApiClients(
            new ApiTransport(
                settings.apiCaFile(), threads.timer(), threads.lookUps(), threads.workers()),
            userAgent,
            threads,
            Clock.SYSTEM,
            jitter),
        Clock.SYSTEM,
        jitter,
        new JfrEvents(log),
        log);
  }

  /** Returns the target of a current mapping; does not fetch anything for it. */
  public synchronized Target targetOf(Mapping mapping) {
    Target target = targets.get(mapping);
    if (target == null) {
      target =
          new Target(
              mapping,
              identity(mapping.settings()),
              info(mapping),
              threads.dials(),
              threads.timer(),
              clock,
              log);
      target.addToStatus();
      targets.put(mapping, target);
    }
    return target;
  }

  /**
   * Returns the target of a discovered mapping, or null if the latest list of instances does not
   * contain the mapping: a target created for it would never be dropped.
   */
  public synchronized @Nullable Target targetOfDiscovered(Mapping mapping) {
    if (!discovered.contains(mapping)) {
      return null;
    }
    Target target = targetOf(mapping);
    if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
      target.connectionInfo().start();
    }
    return target;
  }

  /** Starts fetching the first tokens that {@link #prepare} will need. */
  public synchronized void fetchFirstTokens(Collection<Mapping> mappings) {
    Scope first = staticConnectionInfo == null ? Scope.API : Scope.LOGIN;
    for (Mapping mapping : mappings) {
      if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
        CompletableFuture<String> token = identity(mapping.settings()).token(first);
        about(mapping)
            .debug(
                mapping
                    + ": first token "
                    + (token.isDone() ? "has been fetched" : "is being fetched"));
      }
    }
  }

  private Log about(Mapping mapping) {
    return log.about(mapping.host(), mapping.instance().uri());
  }

  public Instances instances() {
    return instances;
  }

  /** Returns a target for this instance, or null if no target leads to it any more. */
  public synchronized @Nullable Target findByStatus(InstanceStatus status) {
    for (Target target : targets.values()) {
      if (target.connectionInfo().status() == status) {
        return target;
      }
    }
    return null;
  }

  /**
   * Creates the targets of the settings' mappings and starts fetching everything that connections
   * to these hosts need. The targets of the previous mappings remain until {@link #dropAllExcept}.
   * If this throws, nothing has changed.
   */
  public synchronized RouteTable prepare(List<Mapping> next) {
    Set<Mapping> before = mapped;
    boolean done = false;
    try {
      mapped = new HashSet<>(before);
      mapped.addAll(next);
      Map<HostPattern, Target> byPattern = new HashMap<>();
      for (Mapping mapping : next) {
        byPattern.put(mapping.pattern(), targetOf(mapping));
      }
      RouteTable table = new RouteTable(next, byPattern);
      int instance = 0;
      for (Mapping mapping : next) {
        fetchAhead(mapping, instance++);
      }
      done = true;
      return table;
    } finally {
      if (!done) {
        mapped = before;
        dropUnneeded();
      }
    }
  }

  /**
   * Starts fetching for an instance. Delays it randomly for all but the first instances, so that
   * JVMs that start together do not query the API in the same order; a connection does not wait for
   * the delay.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void fetchAhead(Mapping mapping, int instance) {
    if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
      ConnectionInfoCache info = targetOf(mapping).connectionInfo();
      if (instance < IMMEDIATE_FETCHES) {
        info.start();
      } else {
        long maxDelayMillis = (instance - IMMEDIATE_FETCHES) * SPREAD_MILLIS_PER_INSTANCE;
        threads.timer().schedule(info::start, jitter.upTo(maxDelayMillis), TimeUnit.MILLISECONDS);
      }
      CompletableFuture<String> token = identity(mapping.settings()).token(Scope.LOGIN);
      about(mapping)
          .debug(
              mapping
                  + ": login token "
                  + (token.isDone() ? "has been fetched" : "is being fetched"));
    }
  }

  /** Drops the targets of mappings that are neither in this list nor discovered. */
  public synchronized void dropAllExcept(List<Mapping> current) {
    mapped = new HashSet<>(current);
    dropUnneeded();
  }

  /**
   * Takes over the mappings of a new list of instances, before lookups can find them in it, and
   * drops the targets of instances that are no longer listed.
   */
  synchronized void updateDiscovered(List<Mapping> current) {
    discovered = new HashSet<>(current);
    dropUnneeded();
  }

  /**
   * Closes the open tunnels of dropped targets whose host now leads to another instance, including
   * those that an earlier remap left open.
   *
   * @return the number of closed tunnels, by the pattern of the host
   */
  Map<HostPattern, Integer> closeRemapped(RouteTable table) {
    List<Target> dropped;
    synchronized (this) {
      dropped = new ArrayList<>(droppedInUse);
    }
    Map<HostPattern, Integer> closed = new HashMap<>();
    for (Target target : dropped) { // without the lock: closing a tunnel may take a second
      Mapping before = target.mapping();
      Target now = table.targetOf(before.pattern());
      if (now != null && !now.mapping().instance().equals(before.instance())) {
        closed.merge(before.pattern(), target.retire(), Integer::sum);
      }
    }
    synchronized (this) {
      droppedInUse.removeIf(Target::retireIfUnused);
    }
    return closed;
  }

  /**
   * Drops the targets that no mapping leads to, and stops refreshing what only they used.
   * Connections that already have such a target are served on demand.
   */
  private void dropUnneeded() {
    Set<HostPattern> patterns = new HashSet<>();
    for (Mapping mapping : mapped) {
      patterns.add(mapping.pattern());
    }
    List<Target> dropped = new ArrayList<>();
    Iterator<Target> iterator = targets.values().iterator();
    while (iterator.hasNext()) {
      Target target = iterator.next();
      Mapping mapping = target.mapping();
      boolean needed =
          mapped.contains(mapping)
              // the settings take precedence: no connection finds the discovered mapping of such a
              // host
              || (discovered.contains(mapping) && !patterns.contains(mapping.pattern()));
      if (!needed) {
        iterator.remove();
        dropped.add(target);
      }
    }
    dropUnshared();
    droppedInUse.addAll(dropped);
    for (Target target : dropped) {
      target.drop();
    }
    droppedInUse.removeIf(Target::retireIfUnused);
  }

  /** Drops shared objects that no target uses any more. */
  private void dropUnshared() {
    Set<Object> used = new HashSet<>();
    for (Mapping mapping : targets.keySet()) {
      used.add(infoKey(mapping));
      used.add(certificateKey(mapping));
      used.add(mapping.settings().identity());
    }
    if (listingIdentity != null) {
      used.add(listingIdentity);
    }
    Iterator<Map.Entry<List<?>, ConnectionInfoCache>> iterator = infos.entrySet().iterator();
    while (iterator.hasNext()) {
      Map.Entry<List<?>, ConnectionInfoCache> info = iterator.next();
      if (!used.contains(info.getKey())) {
        iterator.remove();
        info.getValue().stop();
        instances.remove(info.getValue().status());
      }
    }
    certificates.keySet().retainAll(used);
    identities.keySet().retainAll(used);
  }

  /** Returns all targets, for tests. */
  public synchronized List<Target> all() {
    return new ArrayList<>(targets.values());
  }

  /** Returns the numbers of identities, certificates, connection infos and targets, for tests. */
  public synchronized List<Integer> sharedObjectCounts() {
    return Arrays.asList(identities.size(), certificates.size(), infos.size(), targets.size());
  }

  /** Creates the discovery of the projects in the settings. */
  public synchronized Discovery discovery(Settings settings) {
    InstanceSettings general = settings.general();
    listingIdentity = general.identity();
    return new Discovery(
        settings.discover(),
        api(general),
        identity(general),
        settings::discovered,
        this::updateDiscovered,
        threads.timer(),
        threads.workers(),
        clock,
        jitter,
        log);
  }

  private synchronized Identity identity(InstanceSettings settings) {
    return identities.computeIfAbsent(settings.identity(), servers::identity);
  }

  private AdminApi api(InstanceSettings settings) {
    return servers.adminApi(settings.apiEndpoint(), identity(settings));
  }

  private static List<?> infoKey(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    return Arrays.asList(
        settings.identity(),
        settings.apiEndpoint(),
        mapping.instance(),
        settings.refreshStrategy());
  }

  private static List<?> certificateKey(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    return Arrays.asList(
        settings.identity(), settings.apiEndpoint(), mapping.instance().clusterUri());
  }

  private ConnectionInfoCache info(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    InstanceName instance = mapping.instance();
    boolean lazy =
        staticConnectionInfo != null || settings.refreshStrategy() == RefreshStrategy.LAZY;
    return infos.computeIfAbsent(
        infoKey(mapping),
        k -> {
          InstanceStatus status =
              new InstanceStatus(
                  instance.uri(),
                  IdentityFingerprint.of(settings),
                  identity(settings)::principal,
                  clock,
                  events);
          ConnectionInfoCache info =
              new ConnectionInfoCache(
                  status, lazy, source(mapping), threads.timer(), clock, jitter, log);
          instances.add(status);
          return info;
        });
  }

  private ConnectionInfoSource source(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    InstanceName instance = mapping.instance();
    if (staticConnectionInfo != null) {
      return new StaticConnectionInfoSource(
          instance, staticConnectionInfo, threads.workers(), clock);
    }
    Identity identity = identity(settings);
    AdminApi api = api(settings);
    ClusterCertificate certificate =
        certificates.computeIfAbsent(
            certificateKey(mapping),
            k ->
                new ClusterCertificate(
                    instance, api, identity, key, threads.timer(), threads.lane(), clock, jitter));
    return new ConnectionInfoFetch(instance, api, identity, certificate, threads.lane(), clock);
  }
}
