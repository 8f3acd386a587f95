package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.jmx.JmxWatch;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Tls13;
import io.github.alloydbagent.tunnel.TunnelException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes all targets on a thread of the agent's, since the classes for it take their time to load.
 */
final class Preparation implements Runnable {
  private final Settings settings;
  private final AgentThreads threads;
  private final String userAgent;
  private final String version;
  private final Connector connector;
  private final FileWarnings files;
  private final Log log;
  private final CompletableFuture<ClientKey> key;
  private final CompletableFuture<Prepared> result;
  private final @Nullable SettingsWatch watch;

  Preparation(
      Settings settings,
      AgentThreads threads,
      String userAgent,
      String version,
      Connector connector,
      FileWarnings files,
      Log log,
      CompletableFuture<ClientKey> key,
      CompletableFuture<Prepared> result,
      @Nullable SettingsWatch watch) {
    this.settings = settings;
    this.threads = threads;
    this.userAgent = userAgent;
    this.version = version;
    this.connector = connector;
    this.files = files;
    this.log = log;
    this.key = key;
    this.result = result;
    this.watch = watch;
  }

  @Override
  public void run() {
    try {
      Targets targets = new Targets(threads, settings, key, userAgent, log);
      targets.authorize(settings.mappings());
      Tls13.require(); // loads much, while credentials are read
      targets.prepare(settings.mappings());
      Discovery discovery = null;
      if (!settings.discover().isEmpty()) {
        discovery = targets.discovery(settings);
        discovery.start();
      }
      result.complete(new Prepared(targets, discovery));
      targets.warmUp();
      Integer port = settings.httpPort();
      if (port != null) {
        WebStart.start(settings, port, targets, connector, threads, version, log);
      }
      new JmxWatch(targets.instances(), threads.timer(), log).start();
      if (watch != null) {
        watch.start();
      }
      files.lookAt(settings);
    } catch (Throwable e) { // a LinkageError must reach those who wait, too
      log.error("could not start: " + said(e) + ". Connections to mapped hosts will fail.");
      log.trace("could not start", e);
      if (result.completeExceptionally(e)) {
        threads.close(); // nobody will have any use for them
      }
    }
  }

  /** What is the agent's own says enough; other exceptions need their name. */
  static String said(@Nullable Throwable e) {
    return e instanceof TunnelException ? String.valueOf(e.getMessage()) : String.valueOf(e);
  }
}
