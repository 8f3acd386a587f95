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
 * Makes the targets of mappings, so that what can be shared is: one key pair and one HTTP client in
 * all, one identity per credentials, one certificate per cluster and identity, one connection info
 * per instance and identity. Drops them again when no mapping needs them. Any thread; nothing here
 * waits for a server.
 */
public final class Targets {

  /** So many instances are asked for at the start without a delay. */
  private static final int AT_ONCE = 16;

  /** Milliseconds by which each further one may be asked for later. */
  private static final long SPREAD = 20;

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

  /** The mappings of the settings; while they are replaced, the old and the new ones. */
  private Set<Mapping> mapped = new HashSet<>();

  /** The mappings of the instances that were listed last. */
  private Set<Mapping> discovered = new HashSet<>();

  /** As whom projects are listed; null if none is. */
  private @Nullable IdentitySettings lister;

  /** Dropped targets that have open tunnels. */
  private final List<Target> earlier = new ArrayList<>();

  private final Instances instances = new Instances();
  private final Events events;

  /**
   * @param key gives the key pair, or what will be it
   * @param servers what tokens and connection info come from
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

  /** With the clock, the network and the flight recorder of this JVM. */
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

  /** The target of a mapping that is current; nothing is fetched for it yet. */
  public synchronized Target of(Mapping mapping) {
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
      target.tell();
      targets.put(mapping, target);
    }
    return target;
  }

  /**
   * The target of a discovered mapping, or null if the instances that were listed last do not have
   * it any more: a target made for it would never be dropped.
   */
  public synchronized @Nullable Target ofDiscovered(Mapping mapping) {
    if (!discovered.contains(mapping)) {
      return null;
    }
    Target target = of(mapping);
    if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
      target.connectionInfo().start();
    }
    return target;
  }

  /** Has the first tokens fetched that {@link #prepare} will need. */
  public synchronized void authorize(Collection<Mapping> mappings) {
    Scope first = staticConnectionInfo == null ? Scope.API : Scope.LOGIN;
    for (Mapping mapping : mappings) {
      if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
        CompletableFuture<String> ahead = identity(mapping.settings()).token(first);
        about(mapping)
            .debug(mapping + ": first token " + (ahead.isDone() ? "is there" : "is being fetched"));
      }
    }
  }

  private Log about(Mapping mapping) {
    return log.about(mapping.host(), mapping.instance().uri());
  }

  /** The status of all instances. */
  public Instances instances() {
    return instances;
  }

  /** A target that leads to that instance, or null if there is none any more. */
  public synchronized @Nullable Target reaching(InstanceStatus status) {
    for (Target target : targets.values()) {
      if (target.connectionInfo().status() == status) {
        return target;
      }
    }
    return null;
  }

  /**
   * Makes the targets of the settings' mappings, and has everything fetched that connections to
   * these hosts will need. Those of the mappings before stay until {@link #keepOnly}. Either all of
   * it is done, or nothing has changed and this throws.
   */
  public synchronized RouteTable prepare(List<Mapping> next) {
    Set<Mapping> before = mapped;
    boolean done = false;
    try {
      mapped = new HashSet<>(before);
      mapped.addAll(next);
      Map<HostPattern, Target> byPattern = new HashMap<>();
      for (Mapping mapping : next) {
        byPattern.put(mapping.pattern(), of(mapping));
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
   * Of many instances all but the first are asked for at moments of each JVM's own, so that JVMs
   * that start together do not ask the API in the same order; a connection does not wait for that.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void fetchAhead(Mapping mapping, int instance) {
    if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
      ConnectionInfoCache info = of(mapping).connectionInfo();
      if (instance < AT_ONCE) {
        info.start();
      } else {
        long latest = (instance - AT_ONCE) * SPREAD;
        threads.timer().schedule(info::start, jitter.upTo(latest), TimeUnit.MILLISECONDS);
      }
      CompletableFuture<String> ahead = identity(mapping.settings()).token(Scope.LOGIN);
      about(mapping)
          .debug(mapping + ": login token " + (ahead.isDone() ? "is there" : "is being fetched"));
    }
  }

  /** Drops the targets of mappings that are neither among these nor discovered. */
  public synchronized void keepOnly(List<Mapping> current) {
    mapped = new HashSet<>(current);
    dropUnneeded();
  }

  /**
   * Takes the mappings of a new list of instances, before anybody can find them in it, and drops
   * the targets of instances that are not listed any more.
   */
  synchronized void discovered(List<Mapping> current) {
    discovered = new HashSet<>(current);
    dropUnneeded();
  }

  /**
   * Closes the open tunnels of dropped targets whose host leads to another instance now, also those
   * that an earlier change of the mapping left open.
   *
   * @return how many were closed, by the pattern of the host
   */
  synchronized Map<HostPattern, Integer> closeRemapped(RouteTable table) {
    Map<HostPattern, Integer> closed = new HashMap<>();
    for (Target target : earlier) {
      Mapping before = target.mapping();
      Target now = table.at(before.pattern());
      if (now != null && !now.mapping().instance().equals(before.instance())) {
        closed.merge(before.pattern(), target.retire(), Integer::sum);
      }
    }
    earlier.removeIf(Target::retireIfUnused);
    return closed;
  }

  /**
   * Forgets the targets that no mapping leads to, and ends the refreshing of what only they shared.
   * Connections that have such a target already are served on demand.
   */
  private void dropUnneeded() {
    Set<HostPattern> patterns = new HashSet<>();
    for (Mapping mapping : mapped) {
      patterns.add(mapping.pattern());
    }
    List<Target> dropped = new ArrayList<>();
    Iterator<Target> each = targets.values().iterator();
    while (each.hasNext()) {
      Target target = each.next();
      Mapping mapping = target.mapping();
      boolean needed =
          mapped.contains(mapping)
              // the settings come first: no connection finds the discovered mapping of such a host
              || (discovered.contains(mapping) && !patterns.contains(mapping.pattern()));
      if (!needed) {
        each.remove();
        dropped.add(target);
      }
    }
    dropUnshared();
    earlier.addAll(dropped);
    for (Target target : dropped) {
      target.drop();
    }
    earlier.removeIf(Target::retireIfUnused);
  }

  /** Forgets what no target shares any more. */
  private void dropUnshared() {
    Set<Object> used = new HashSet<>();
    for (Mapping mapping : targets.keySet()) {
      used.add(infoKey(mapping));
      used.add(certificateKey(mapping));
      used.add(mapping.settings().identity());
    }
    if (lister != null) {
      used.add(lister);
    }
    Iterator<Map.Entry<List<?>, ConnectionInfoCache>> each = infos.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<List<?>, ConnectionInfoCache> info = each.next();
      if (!used.contains(info.getKey())) {
        each.remove();
        info.getValue().stop();
        instances.remove(info.getValue().status());
      }
    }
    certificates.keySet().retainAll(used);
    identities.keySet().retainAll(used);
  }

  /** All targets, for tests. */
  public synchronized List<Target> all() {
    return new ArrayList<>(targets.values());
  }

  /** How many identities, certificates, connection infos and targets there are, for tests. */
  public synchronized List<Integer> sizes() {
    return Arrays.asList(identities.size(), certificates.size(), infos.size(), targets.size());
  }

  /** Finds the instances of projects, as the settings say. */
  public synchronized Discovery discovery(Settings settings) {
    InstanceSettings general = settings.general();
    lister = general.identity();
    return new Discovery(
        settings.discover(),
        api(general),
        identity(general),
        settings::discovered,
        this::discovered,
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
