package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.MappedConnections;
import io.github.alloydbagent.core.connections.RefuseAllConnections;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.core.threads.DaemonThreadFactory;
import io.github.alloydbagent.driver.Connections;
import io.github.alloydbagent.driver.DriverHooks;
import io.github.alloydbagent.driver.DriverNotices;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings and starts the agent's components. Implements a JDK type for its caller,
 * because reflectively calling a method makes a Java 25 JVM generate classes for ten milliseconds.
 */
public final class Agent implements Function<Object[], Object[]> {

  /** The agent's states, as reported to commands, if it does nothing. */
  private static final Object[] NOTHING_TO_DO_STATE = {"nothing to do"};

  private static final Object[] SWITCHED_OFF_STATE = {"switched off"};

  /**
   * Starts the agent; called once per JVM, on the thread that will run {@code main}. Slow work
   * continues in the background, with all permissions: a security manager finds only the agent's
   * own code among the callers.
   *
   * @param startArguments the agent arguments, or null; the agent's jar, a {@link File}; its
   *     version; standard error as premain found it, a {@link PrintStream}; the function that
   *     {@link DriverRepair} calls
   * @return if there is nothing to do, only the agent's state; otherwise the function that woven
   *     drivers call, a callable that creates the weaver, the state, and the consumer of {@link
   *     StatusCalls}
   */
  @Override
  public Object[] apply(@Nullable Object[] startArguments) {
    return AccessController.doPrivileged(new Start(startArguments));
  }

  private static Object[] startAgent(
      @Nullable String arguments,
      File jar,
      String version,
      PrintStream err,
      Function<Boolean, List<String>> loadedDrivers) {
    SettingsLoader loader = SettingsLoader.ofThisJvm(arguments, jar);
    Settings settings;
    try {
      settings = loader.call();
    } catch (SettingsException e) {
      Log log = createLog(e.logLevel(), e.logFile(), e.isLogJson(), err);
      log.error(ErrorCode.SETTINGS_INVALID, String.valueOf(e.getMessage()));
      logRemarks(log, e.warnings(), e.notices());
      if (!e.mayMapHosts()) {
        log.info("version " + version + ", " + Settings.NOTHING_MAPPED);
        return NOTHING_TO_DO_STATE;
      }
      return parts(
          new RefuseAllConnections(String.valueOf(e.getMessage())),
          log,
          new DriverRepair(loadedDrivers, log),
          Collections.<String>emptyList(),
          "errors in its settings: all connections are refused",
          StatusRequests.ofInvalidSettings(version, e, log));
    }
    if (!settings.enabled()) {
      return SWITCHED_OFF_STATE;
    }
    Log log = createLog(settings.logLevel(), settings.logFile(), settings.isLogJson(), err);
    logRemarks(log, settings.warnings(), settings.notices());
    log.info("version " + version + ", " + settings.mappedHosts() + changesText(settings));
    if (log.isEnabled(LogLevel.DEBUG)) {
      for (String set : settings.account()) {
        log.debug("setting " + set);
      }
    }
    if (settings.mapsNothing()) {
      return NOTHING_TO_DO_STATE;
    }
    RuntimeHolder runtime = new RuntimeHolder();
    MappedConnections connections = new MappedConnections(settings, runtime, Clock.SYSTEM, log);
    DriverRepair repair = new DriverRepair(loadedDrivers, log);
    AgentStartup startup =
        new AgentStartup(settings, loader, jar, version, log, connections, repair, runtime);
    Thread thread =
        new DaemonThreadFactory("start", log)
            .newThread(new StartAttempts(startup, runtime, new Sleep(), log));
    if (!runtime.startOn(thread)) {
      log.error(
          ErrorCode.RUNTIME_NOT_STARTED,
          "could not start: "
              + runtime.failure()
              + ". The next connection to a mapped host retries.");
    }
    return parts(
        new PrivilegedConnections(connections),
        log,
        repair,
        settings.driverPackages(),
        "on",
        new StatusRequests(version, runtime, log));
  }

  private static void logRemarks(Log log, List<String> warnings, List<String> notices) {
    for (String warning : warnings) {
      log.warnCoded(warning);
    }
    for (String notice : notices) {
      log.info(notice);
    }
  }

  /** Returns the user agent to send to servers. */
  static String userAgent(Settings settings, String version) {
    String own = "alloydb-agent-java/" + version;
    return settings.userAgent() == null ? own : own + " " + settings.userAgent();
  }

  private static Object[] parts(
      Connections connections,
      Log log,
      DriverRepair repair,
      List<String> driverPackages,
      String state,
      StatusRequests statusCalls) {
    DriverNotices notices = new DriverNotices(new Lines(log, true), new Lines(log, false));
    return new Object[] {
      new DriverHooks(connections, notices, repair),
      new WeaverSource(notices, driverPackages),
      state,
      statusCalls
    };
  }

  private static String changesText(Settings settings) {
    return settings.changes().isEmpty() ? "" : "; set: " + settings.changes();
  }

  private static Log createLog(String level, @Nullable File file, boolean json, PrintStream err) {
    Log log = json ? new Log(LogLevel.of(level), err).asJson() : new Log(LogLevel.of(level), err);
    return file == null ? log : createLog(level, file, json, log);
  }

  private static Log createLog(String level, File file, boolean json, Log fallback) {
    try {
      Log log = Log.toFile(LogLevel.of(level), file);
      return json ? log.asJson() : log;
    } catch (FileNotFoundException e) {
      fallback.warn(
          ErrorCode.LOG_FILE_FAILED,
          "log-file "
              + file
              + " cannot be written ("
              + e.getMessage()
              + "): logging to standard error");
      return fallback;
    }
  }

  /** Logs each line; a class, because a lambda would load a hundred classes. */
  private static final class Lines implements Consumer<String> {
    private final Log log;
    private final boolean warnings;

    Lines(Log log, boolean warnings) {
      this.log = log;
      this.warnings = warnings;
    }

    @Override
    public void accept(String line) {
      if (warnings) {
        log.warnCoded(line);
      } else {
        log.debug(line);
      }
    }
  }

  /** A class for the same reason. */
  private static final class Sleep implements StartAttempts.Pause {
    @Override
    public void sleep(long millis) throws InterruptedException {
      Thread.sleep(millis);
    }
  }

  /** A class for the same reason. */
  private static final class Start implements PrivilegedAction<Object[]> {
    private final @Nullable Object[] startArguments;

    Start(@Nullable Object[] startArguments) {
      this.startArguments = startArguments;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object[] run() {
      return startAgent(
          (String) startArguments[0],
          (File) Objects.requireNonNull(startArguments[1]),
          (String) Objects.requireNonNull(startArguments[2]),
          (PrintStream) Objects.requireNonNull(startArguments[3]),
          (Function<Boolean, List<String>>) Objects.requireNonNull(startArguments[4]));
    }
  }
}
