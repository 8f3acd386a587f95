package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.MappedConnections;
import io.github.alloydbagent.core.connections.SettingsWatch;
import io.github.alloydbagent.core.connections.Targets;
import io.github.alloydbagent.core.files.FileDescriptors;
import io.github.alloydbagent.core.files.FileWarnings;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.jmx.JmxWatch;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.net.ProxyProblems;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Tls13;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * Creates the components that connections need and starts fetching for them. Runs on a thread of
 * the agent instead of {@code main}'s, because loading the classes takes time.
 */
public final class AgentStartup implements Runnable {

  /** How often startup is attempted if file descriptors are exhausted. */
  private static final int MAX_ATTEMPTS = 5;

  private final Settings settings;
  private final SettingsLoader loader;
  private final File jar;
  private final String version;
  private final Log log;
  private final MappedConnections connections;
  private final DriverRepair repair;
  private final CompletableFuture<AgentRuntime> result;

  /**
   * Creates the startup task.
   *
   * @param loader reads the settings again
   * @param connections follow later changes of the mappings
   */
  AgentStartup(
      Settings settings,
      SettingsLoader loader,
      File jar,
      String version,
      Log log,
      MappedConnections connections,
      DriverRepair repair,
      CompletableFuture<AgentRuntime> result) {
    this.settings = settings;
    this.loader = loader;
    this.jar = jar;
    this.version = version;
    this.log = log;
    this.connections = connections;
    this.repair = repair;
    this.result = result;
  }

  @Override
  public void run() {
    FileDescriptors files = new FileDescriptors(jar, log);
    for (int attempt = 1; ; attempt++) {
      AgentThreads threads = null;
      try {
        FileDescriptors.openThoseOfTheJdk();
        boolean unused = files.await();
        JdkProviders.remember();
        threads = AgentThreads.start(log);
        repair.watch(threads.timer(), threads.workers());
        prepare(threads, files);
        return;
      } catch (Throwable e) { // a LinkageError must reach the waiting callers too
        if (threads != null
            && !result.isDone()
            && attempt < MAX_ATTEMPTS
            && isDescriptorShortage(files, e)) {
          threads.close();
          continue;
        }
        files.release();
        log.error(
            AgentRuntime.startupCode(e),
            "could not start: "
                + AgentRuntime.startupFailure(e)
                + ". Connections to mapped hosts will fail.");
        log.trace("could not start", e);
        if (result.completeExceptionally(e) && threads != null) {
          threads.close(); // not used any more
        }
        return;
      }
    }
  }

  /**
   * Returns whether startup failed for lack of file descriptors, and waits until some are
   * available.
   */
  private static boolean isDescriptorShortage(FileDescriptors files, Throwable e) {
    try {
      return files.await() || !ExceptionMessages.fileLimitHint(e).isEmpty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void prepare(AgentThreads threads, FileDescriptors descriptors) throws IOException {
    String userAgent = Agent.userAgent(settings, version);
    KeyGeneration key = KeyGeneration.on(threads.resolver());
    Targets targets = Targets.ofThisJvm(threads, settings, key, userAgent, log);
    targets.authorize(settings.mappings());
    descriptors.release();
    checkTls(Tls13::require, log); // loads many classes, while credentials are read
    connections.start(targets.prepare(settings.mappings()));
    for (String problem : ProxyProblems.of(System.getProperties(), System.getenv())) {
      log.warnCoded(problem);
    }
    Connector connector = new Connector(userAgent, threads.timer(), threads.resolver(), log);
    Discovery discovery = null;
    if (!settings.discover().isEmpty()) {
      discovery = targets.discovery(settings);
      discovery.start();
    }
    result.complete(
        new AgentRuntime(targets, connector::connect, discovery == null ? null : discovery::find));
    Integer port = settings.httpPort();
    if (port != null) {
      WebStart.start(settings, port, targets, connector, threads, version, log);
    }
    new JmxWatch(targets.instances(), threads.timer(), threads.workers(), threads.listeners(), log)
        .start();
    FileWarnings files = new FileWarnings(jar, log);
    File file = settings.file();
    if (file != null) {
      new SettingsWatch(
              file,
              settings.fileContent(),
              loader,
              connections::remap,
              files::lookAt,
              threads,
              Clock.SYSTEM,
              SettingsWatch.INTERVAL_MILLIS,
              log)
          .start();
    }
    files.lookAt(settings);
  }

  /** Checks that this JVM supports TLS 1.3. */
  interface TlsCheck {
    void run() throws IOException;
  }

  /**
   * Fails only if this JVM does not support TLS 1.3. If {@code main} registers a security provider
   * concurrently, initializing the JDK's TLS may throw a {@code LinkageError}, as observed with
   * Conscrypt; the next connection then tries again.
   */
  static void checkTls(TlsCheck check, Log log) throws IOException {
    try {
      check.run();
    } catch (LinkageError e) {
      log.debug("TLS could not be initialized (" + e + "); the next connection tries it again");
      log.trace("TLS could not be initialized", e);
    }
  }
}
