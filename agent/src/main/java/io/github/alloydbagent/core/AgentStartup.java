package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.MappedConnections;
import io.github.alloydbagent.core.connections.RouteTable;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.core.connections.SettingsWatch;
import io.github.alloydbagent.core.connections.Targets;
import io.github.alloydbagent.core.files.FileDescriptors;
import io.github.alloydbagent.core.files.FilePermissions;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.jmx.JmxWatch;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.net.ProxyProblems;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Tls13;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates the components that connections need and starts fetching for them. Runs on a thread of
 * the agent instead of {@code main}'s, because loading the classes takes time.
 */
class AgentStartup implements StartAttempts.Attempt {

  /** How often startup is attempted if file descriptors are exhausted. */
  private static final int MAX_ATTEMPTS = 5;

  private final Settings settings;
  private final SettingsLoader loader;
  private final File jar;
  private final String version;
  private final Log log;
  private final MappedConnections connections;
  private final DriverRepair repair;
  private final RuntimeHolder runtime;

  /** What connections do not need and has not been started yet. */
  private final List<Runnable> others = new ArrayList<>();

  /** The threads of an attempt that failed, unless they were closed. */
  private @Nullable AgentThreads unusedThreads;

  private boolean isReady;

  /**
   * Creates the startup task.
   *
   * @param loader reads the settings again
   * @param connections follow later changes of the mappings
   * @param runtime receives the components that connections need
   */
  AgentStartup(
      Settings settings,
      SettingsLoader loader,
      File jar,
      String version,
      Log log,
      MappedConnections connections,
      DriverRepair repair,
      RuntimeHolder runtime) {
    this.settings = settings;
    this.loader = loader;
    this.jar = jar;
    this.version = version;
    this.log = log;
    this.connections = connections;
    this.repair = repair;
    this.runtime = runtime;
  }

  /**
   * Starts what has not been started yet.
   *
   * @throws Exception if something could not be started; the next call tries it again
   */
  @Override
  public void run() throws Exception {
    FileDescriptors files = new FileDescriptors(jar, log);
    for (int attempt = 1; !isReady; attempt++) {
      closeUnusedThreads();
      AgentThreads threads = null;
      try {
        FileDescriptors.openFilesOfTheJdk();
        boolean unused = files.await();
        JdkProviders.initialize();
        threads = startThreads();
        unusedThreads = threads;
        repair.watch(threads.timer(), threads.workers());
        prepare(threads, files);
      } catch (Throwable e) {
        if (isReady) {
          throw e;
        }
        files.release();
        if (threads == null) {
          throw e;
        }
        closeUnusedThreads();
        if (attempt == MAX_ATTEMPTS || !isDescriptorShortage(files, e)) {
          files.release();
          throw e;
        }
      }
    }
    startOthers();
  }

  /** Starts the threads of an attempt; overridden by tests. */
  AgentThreads startThreads() {
    return AgentThreads.start(log);
  }

  private void closeUnusedThreads() {
    AgentThreads threads = unusedThreads;
    if (threads != null) {
      threads.close();
      unusedThreads = null;
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
    KeyGeneration key = new KeyGeneration(ClientKey::generate, threads.resolver());
    Targets targets = Targets.ofThisJvm(threads, settings, key, userAgent, log);
    targets.fetchFirstTokens(settings.mappings());
    descriptors.release();
    checkTls(Tls13::require, log); // loads many classes, while credentials are read
    ConnectionClasses.initialize();
    RouteTable table = targets.prepare(settings.mappings());
    for (String problem : ProxyProblems.of(System.getProperties(), System.getenv())) {
      log.warnCoded(problem);
    }
    Connector connector = new Connector(userAgent, threads.timer(), threads.resolver(), log);
    Discovery discovery = null;
    if (!settings.discover().isEmpty()) {
      discovery = targets.discovery(settings);
      discovery.start();
    }
    AgentRuntime ready =
        new AgentRuntime(targets, connector::connect, discovery == null ? null : discovery::find);
    others.clear();
    others.add(() -> startWeb(targets, connector, threads));
    others.add(() -> startJmx(targets, threads));
    FilePermissions files = new FilePermissions(System.getenv(), jar);
    others.add(() -> watchSettings(files, threads));
    others.add(() -> files.warnOnce(settings, log));
    connections.start(table); // below this line nothing can fail
    isReady = true;
    unusedThreads = null;
    runtime.complete(ready);
  }

  /**
   * Starts what connections do not need.
   *
   * @throws Exception the last failure; the next call tries again what failed
   */
  private void startOthers() throws Exception {
    Throwable failure = null;
    for (Iterator<Runnable> each = others.iterator(); each.hasNext(); ) {
      try {
        each.next().run();
        each.remove();
      } catch (Throwable e) {
        failure = e;
      }
    }
    if (failure instanceof Error) {
      throw (Error) failure;
    } else if (failure != null) {
      throw (Exception) failure;
    }
  }

  private void startWeb(Targets targets, Connector connector, AgentThreads threads) {
    Integer port = settings.httpPort();
    if (port != null) {
      WebStart.start(settings, port, targets, connector, threads, version, log);
    }
  }

  private void startJmx(Targets targets, AgentThreads threads) {
    new JmxWatch(targets.instances(), threads.timer(), threads.workers(), threads.listeners(), log)
        .start();
  }

  private void watchSettings(FilePermissions files, AgentThreads threads) {
    File file = settings.file();
    if (file != null) {
      new SettingsWatch(
              file,
              settings.fileContent(),
              loader,
              connections::remap,
              changed -> files.warnOnce(changed, log),
              threads,
              Clock.SYSTEM,
              SettingsWatch.CHECK_INTERVAL_MILLIS,
              log)
          .start();
    }
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
      log.debug("TLS could not be initialized (" + e + "); the next connection retries");
      log.trace("TLS could not be initialized", e);
    }
  }
}
