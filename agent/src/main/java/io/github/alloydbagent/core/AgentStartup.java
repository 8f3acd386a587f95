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
 * Makes what connections need and begins to fetch for them, on a thread of the agent's: not {@code
 * main}'s, since all that this loads takes its time.
 */
public final class AgentStartup implements Runnable {

  /** So often it is begun anew where file descriptors were lacking. */
  private static final int MOST_TRIES = 5;

  private final Settings settings;
  private final SettingsLoader reading;
  private final File jar;
  private final String version;
  private final Log log;
  private final MappedConnections connections;
  private final DriverRepair repair;
  private final CompletableFuture<AgentRuntime> result;

  /**
   * @param reading reads the settings anew
   * @param connections those that will follow a change of the mapping
   */
  AgentStartup(
      Settings settings,
      SettingsLoader reading,
      File jar,
      String version,
      Log log,
      MappedConnections connections,
      DriverRepair repair,
      CompletableFuture<AgentRuntime> result) {
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
    FileDescriptors files = new FileDescriptors(jar, log);
    for (int tries = 1; ; tries++) {
      AgentThreads threads = null;
      try {
        FileDescriptors.openThoseOfTheJdk();
        boolean unused = files.await();
        JdkProviders.remember();
        threads = AgentThreads.start(log);
        repair.watch(threads.timer(), threads.workers());
        prepare(threads, files);
        return;
      } catch (Throwable e) { // a LinkageError must reach those who wait, too
        if (threads != null && !result.isDone() && tries < MOST_TRIES && isForWantOf(files, e)) {
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
          threads.close(); // nobody will have any use for them
        }
        return;
      }
    }
  }

  /** Whether it failed for want of file descriptors, of which there are some again now. */
  private static boolean isForWantOf(FileDescriptors files, Throwable e) {
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
    checkTls(Tls13::require, log); // loads much, while credentials are read
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
              reading,
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

  /** A check that this JVM can do TLS 1.3. */
  interface TlsCheck {
    void run() throws IOException;
  }

  /**
   * Fails if this JVM cannot do TLS 1.3, and for no other reason: while {@code main} registers a
   * security provider, the initialization of the JDK's TLS may throw a {@code LinkageError}, as was
   * seen with Conscrypt. The next connection tries it again.
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
