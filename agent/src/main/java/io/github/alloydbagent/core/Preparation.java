package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.jmx.JmxWatch;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Tls13;
import io.github.alloydbagent.tunnel.TunnelException;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes what connections need and begins to fetch for them, on a thread of the agent's: not {@code
 * main}'s, since all that this loads takes its time.
 */
final class Preparation implements Runnable {
  private final Settings settings;
  private final SettingsReading reading;
  private final File jar;
  private final String version;
  private final Log log;
  private final MappedConnections connections;
  private final DriverRepair repair;
  private final CompletableFuture<Prepared> result;

  /**
   * @param reading reads the settings anew
   * @param connections those that will follow a change of the mapping
   */
  Preparation(
      Settings settings,
      SettingsReading reading,
      File jar,
      String version,
      Log log,
      MappedConnections connections,
      DriverRepair repair,
      CompletableFuture<Prepared> result) {
    this.settings = settings;
    this.reading = reading;
    this.jar = jar;
    this.version = version;
    this.log = log;
    this.connections = connections;
    this.repair = repair;
    this.result = result;
  }

  @Override
  public void run() {
    AgentThreads threads = null;
    try {
      threads = new AgentThreads();
      repair.watch(threads.timer(), threads.workers());
      prepare(threads);
    } catch (Throwable e) { // a LinkageError must reach those who wait, too
      log.error("could not start: " + said(e) + ". Connections to mapped hosts will fail.");
      log.trace("could not start", e);
      if (result.completeExceptionally(e) && threads != null) {
        threads.close(); // nobody will have any use for them
      }
    }
  }

  private void prepare(AgentThreads threads) throws IOException {
    String userAgent = Agent.userAgent(settings, version);
    CompletableFuture<ClientKey> key = KeyGeneration.on(threads.resolver());
    Targets targets = new Targets(threads, settings, key, userAgent, log);
    targets.authorize(settings.mappings());
    Tls13.require(); // loads much, while credentials are read
    targets.prepare(settings.mappings());
    Connector connector = new Connector(userAgent, threads.timer(), threads.resolver(), log);
    Discovery discovery = null;
    if (!settings.discover().isEmpty()) {
      discovery = targets.discovery(settings);
      discovery.start();
    }
    result.complete(new Prepared(targets, connector, discovery));
    Integer port = settings.httpPort();
    if (port != null) {
      WebStart.start(settings, port, targets, connector, threads, version, log);
    }
    new JmxWatch(targets.instances(), threads.timer(), log).start();
    FileWarnings files = new FileWarnings(jar, log);
    File file = settings.file();
    if (file != null) {
      new SettingsWatch(file, reading, threads, connections, files, log).start();
    }
    files.lookAt(settings);
  }

  /** What is the agent's own says enough; other exceptions need their name. */
  static String said(@Nullable Throwable e) {
    return e instanceof TunnelException ? String.valueOf(e.getMessage()) : String.valueOf(e);
  }
}
