package io.github.alloydbagent.core;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.RefreshStrategy;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.http.ApiTransport;
import io.github.alloydbagent.jfr.FlightRecording;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.refresh.ClusterCertificate;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.ConnectionInfoFetch;
import io.github.alloydbagent.refresh.Fetch;
import io.github.alloydbagent.refresh.StaticFetch;
import io.github.alloydbagent.status.Events;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.tunnel.Target;
import java.io.File;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the targets of mappings, so that what can be shared is: one key pair and one HTTP client in
 * all, one identity per credentials, one certificate per cluster and identity, one connection info
 * per instance and identity. Any thread; nothing here waits for a server.
 */
final class Targets {

  /** So many instances are asked for at the start without a delay. */
  private static final int AT_ONCE = 16;

  /** Milliseconds by which each further one may be asked for later. */
  private static final long SPREAD = 20;

  private final AgentThreads threads;
  private final String userAgent;
  private final Log log;
  private final ApiTransport transport;
  private final @Nullable File staticConnectionInfo;
  private final Jitter jitter = new Jitter(new SecureRandom()::nextDouble);
  private final CompletableFuture<ClientKey> key;
  private final Map<IdentitySettings, Identity> identities = new HashMap<>();
  private final Map<List<?>, ClusterCertificate> certificates = new HashMap<>();
  private final Map<List<?>, ConnectionInfoCache> infos = new HashMap<>();
  private final Map<Mapping, Target> targets = new HashMap<>();
  private final Instances instances = new Instances();
  private final Events events;

  /**
   * @param key the key pair, or what will be it
   */
  Targets(
      AgentThreads threads,
      Settings settings,
      CompletableFuture<ClientKey> key,
      String userAgent,
      Log log) {
    this.transport = new ApiTransport(settings.apiCaFile());
    this.threads = threads;
    this.userAgent = userAgent;
    this.log = log;
    this.events = new FlightRecording(log);
    this.staticConnectionInfo = settings.staticConnectionInfo();
    this.key = key;
  }

  /** The target of a mapping; nothing is fetched for it yet. */
  synchronized Target of(Mapping mapping) {
    Target target = targets.get(mapping);
    if (target == null) {
      target =
          new Target(
              mapping,
              identity(mapping.settings()),
              info(mapping),
              threads.dials(),
              threads.timer(),
              log);
      target.tell();
      targets.put(mapping, target);
    }
    return target;
  }

  /** Has the first tokens fetched that {@link #prepare} will need. */
  synchronized void authorize(Collection<Mapping> mappings) {
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

  /** How they stand. */
  Instances instances() {
    return instances;
  }

  /** A target that leads to that instance, or null if there is none any more. */
  synchronized @Nullable Target reaching(InstanceStatus status) {
    for (Target target : targets.values()) {
      if (target.connectionInfo().status() == status) {
        return target;
      }
    }
    return null;
  }

  /**
   * Has everything fetched that connections to these hosts will need. Of many instances all but the
   * first are asked for at moments of each JVM's own, so that JVMs that start together do not ask
   * the API in the same order; a connection does not wait for that.
   */
  synchronized void prepare(Collection<Mapping> mappings) {
    int instance = 0;
    for (Mapping mapping : mappings) {
      Target target = of(mapping);
      if (mapping.settings().refreshStrategy() == RefreshStrategy.BACKGROUND) {
        start(target.connectionInfo(), instance++);
        CompletableFuture<String> ahead = identity(mapping.settings()).token(Scope.LOGIN);
        about(mapping)
            .debug(mapping + ": login token " + (ahead.isDone() ? "is there" : "is being fetched"));
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void start(ConnectionInfoCache info, int instance) {
    if (instance < AT_ONCE) {
      info.start();
      return;
    }
    long latest = (instance - AT_ONCE) * SPREAD;
    threads
        .timer()
        .schedule(
            () -> {
              if (info.known() == null) { // no connection was quicker
                info.start();
              }
            },
            jitter.upTo(latest),
            TimeUnit.MILLISECONDS);
  }

  /** Forgets targets, and ends the refreshing of what nobody shares with them. */
  synchronized void drop(Collection<Mapping> gone) {
    for (Mapping mapping : gone) {
      Target target = targets.remove(mapping);
      if (target != null) {
        target.drop();
        target.connectionInfo().status().leftBy(mapping.host());
      }
    }
    Iterator<ConnectionInfoCache> each = infos.values().iterator();
    while (each.hasNext()) {
      ConnectionInfoCache info = each.next();
      if (targets.values().stream().noneMatch(target -> target.connectionInfo() == info)) {
        info.stop();
        instances.remove(info.status());
        each.remove();
      }
    }
  }

  /** Finds the instances of projects, as the settings say. */
  Discovery discovery(Settings settings) {
    InstanceSettings general = settings.general();
    return new Discovery(
        settings.discover(),
        api(general),
        identity(general),
        settings::discovered,
        threads.workers(),
        threads.timer(),
        System::currentTimeMillis,
        jitter,
        log);
  }

  private synchronized Identity identity(InstanceSettings settings) {
    return identities.computeIfAbsent(
        settings.identity(), as -> new Identity(as, transport, threads.tokens()));
  }

  private AdminApi api(InstanceSettings settings) {
    return new AdminApi(transport, settings.apiEndpoint(), identity(settings), userAgent);
  }

  private ConnectionInfoCache info(Mapping mapping) {
    InstanceSettings settings = mapping.settings();
    InstanceName instance = mapping.instance();
    boolean lazy =
        staticConnectionInfo != null || settings.refreshStrategy() == RefreshStrategy.LAZY;
    return infos.computeIfAbsent(
        Arrays.asList(
            settings.identity(), settings.apiEndpoint(), instance, settings.refreshStrategy()),
        k -> {
          InstanceStatus status =
              new InstanceStatus(
                  instance.uri(), identity(settings)::principal, System::currentTimeMillis, events);
          instances.add(status);
          return new ConnectionInfoCache(
              status,
              lazy,
              fetch(instance, settings),
              threads.timer(),
              System::currentTimeMillis,
              jitter,
              log);
        });
  }

  private Fetch fetch(InstanceName instance, InstanceSettings settings) {
    if (staticConnectionInfo != null) {
      return new StaticFetch(instance, staticConnectionInfo, threads.workers());
    }
    Identity identity = identity(settings);
    AdminApi api = api(settings);
    ClusterCertificate certificate =
        certificates.computeIfAbsent(
            Arrays.asList(settings.identity(), settings.apiEndpoint(), instance.clusterUri()),
            k ->
                new ClusterCertificate(
                    instance, api, identity, key, threads.lane(), System::currentTimeMillis));
    return new ConnectionInfoFetch(instance, api, identity, certificate, threads.lane());
  }
}
