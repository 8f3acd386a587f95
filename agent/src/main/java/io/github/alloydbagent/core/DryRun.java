package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.Targets;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.tunnel.Tls13;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The agent's components without an application, for checking whether mapped hosts can be reached.
 * Fetches nothing in advance.
 */
public final class DryRun implements Closeable {
  private final Settings settings;
  private final AgentThreads threads;
  private final Targets targets;
  private final Connector connector;
  private final @Nullable Discovery discovery;

  private DryRun(Settings settings, String version, Log log) {
    this.settings = settings;
    this.threads = AgentThreads.start(log);
    String userAgent = Agent.userAgent(settings, version);
    this.targets =
        Targets.ofThisJvm(
            threads,
            settings,
            new KeyGeneration(ClientKey::generate, threads.resolver()),
            userAgent,
            log);
    targets.dropAllExcept(settings.mappings());
    this.connector = new Connector(userAgent, threads.timer(), threads.resolver(), log);
    this.discovery = settings.discover().isEmpty() ? null : targets.discovery(settings);
  }

  /**
   * Creates the components and their threads, which {@link #close} ends.
   *
   * @throws IOException if this JVM cannot connect to any host
   */
  public static DryRun of(Settings settings, String version, Log log) throws IOException {
    Tls13.require();
    return new DryRun(settings, version, log);
  }

  /**
   * Returns the mappings of the settings, and one mapping for each discovered instance, under its
   * first address.
   *
   * @throws IOException if a project could not be listed by the deadline
   */
  public List<Mapping> mappings(Deadline deadline) throws IOException {
    List<Mapping> all = new ArrayList<>(settings.mappings());
    if (discovery != null) {
      Map<Object, Mapping> discovered = new LinkedHashMap<>();
      for (Mapping mapping : discovery.all(deadline)) {
        discovered.putIfAbsent(mapping.instance(), mapping);
      }
      all.addAll(discovered.values());
    }
    return all;
  }

  /**
   * Returns the mapping that an application's connection to this host would use, or null.
   *
   * @throws IOException if this cannot be determined by the deadline
   */
  public @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException {
    Mapping mapping = settings.routes().find(host, port);
    return mapping != null || discovery == null || !Discovery.isCandidate(host)
        ? mapping
        : discovery.find(host, port, deadline);
  }

  public Target target(Mapping mapping) {
    return targets.targetOf(mapping);
  }

  public Connector connector() {
    return connector;
  }

  /** Runs tasks that wait for servers and files. */
  public Executor workers() {
    return threads.workers();
  }

  @Override
  public void close() {
    threads.close();
  }
}
