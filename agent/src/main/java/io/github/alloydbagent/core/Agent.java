package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.MappedConnections;
import io.github.alloydbagent.core.connections.RefuseAllConnections;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The agent behind its entrance: reads the settings, and puts together what they ask for. A type of
 * the JDK's to those who start it: the reflective call of a method would make a JVM of 25 spin
 * classes for ten milliseconds.
 */
public final class Agent implements Function<Object[], Object[]> {

  /** How the agent stands where it does nothing, for whoever looks from outside. */
  private static final Object[] NOTHING_TO_DO = {"nothing to do"};

  private static final Object[] SWITCHED_OFF = {"switched off"};

  /**
   * Starts the agent; called once in a JVM, on the thread that will run {@code main}. What takes
   * time goes on in the background, with all permissions: no code of others is among the callers
   * that a security manager looks at.
   *
   * @param entrance what stands behind the jar's name on the command line, or null; the agent's own
   *     jar, a {@link File}; its version; standard error as it was found, a {@link PrintStream};
   *     the function that {@link DriverRepair} calls
   * @return if there is nothing to do, how it stands alone; else the function that woven drivers
   *     call, a callable that makes the weaver, how it stands, and the function that answers {@link
   *     StatusCalls}
   */
  @Override
  public Object[] apply(@Nullable Object[] entrance) {
    return AccessController.doPrivileged(new Start(entrance));
  }

  private static Object[] started(
      @Nullable String arguments,
      File jar,
      String version,
      PrintStream err,
      Function<Boolean, List<String>> loadedDrivers) {
    SettingsLoader reading = SettingsLoader.ofThisJvm(arguments, jar);
    Settings settings;
    try {
      settings = reading.call();
    } catch (SettingsException e) {
      Log log = log(e.logLevel(), e.logFile(), e.isLogJson(), err);
      log.error(ErrorCode.SETTINGS_INVALID, String.valueOf(e.getMessage()));
      tell(log, e.warnings(), e.notices());
      if (!e.mayMapHosts()) {
        log.info("version " + version + ", " + Settings.NO_HOST);
        return NOTHING_TO_DO;
      }
      return parts(
          new RefuseAllConnections(String.valueOf(e.getMessage())),
          log,
          new DriverRepair(loadedDrivers, log),
          Collections.<String>emptyList(),
          "mistakes in its settings: no connection is opened",
          StatusRequests.mistaken(version, e, log));
    }
    if (!settings.enabled()) {
      return SWITCHED_OFF;
    }
    Log log = log(settings.logLevel(), settings.logFile(), settings.isLogJson(), err);
    tell(log, settings.warnings(), settings.notices());
    log.info("version " + version + ", " + settings.mappedHosts() + set(settings));
    if (log.isOn(LogLevel.DEBUG)) {
      for (String set : settings.account()) {
        log.debug("setting " + set);
      }
    }
    if (settings.mapsNothing()) {
      return NOTHING_TO_DO;
    }
    CompletableFuture<AgentRuntime> prepared = new CompletableFuture<>();
    MappedConnections connections = new MappedConnections(settings, prepared, Clock.SYSTEM, log);
    DriverRepair repair = new DriverRepair(loadedDrivers, log);
    new DaemonThreadFactory("start", log)
        .newThread(
            new AgentStartup(settings, reading, jar, version, log, connections, repair, prepared))
        .start();
    return parts(
        new PrivilegedConnections(connections),
        log,
        repair,
        settings.driverPackages(),
        "on",
        new StatusRequests(version, prepared, log));
  }

  private static void tell(Log log, List<String> warnings, List<String> notices) {
    for (String warning : warnings) {
      log.warnCoded(warning);
    }
    for (String notice : notices) {
      log.info(notice);
    }
  }

  /** What servers are told who asks. */
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

  private static String set(Settings settings) {
    return settings.changes().isEmpty() ? "" : "; set: " + settings.changes();
  }

  private static Log log(String level, @Nullable File file, boolean json, PrintStream err) {
    Log log = json ? new Log(LogLevel.of(level), err).asJson() : new Log(LogLevel.of(level), err);
    return file == null ? log : log(level, file, json, log);
  }

  private static Log log(String level, File file, boolean json, Log otherwise) {
    try {
      Log log = Log.toFile(LogLevel.of(level), file);
      return json ? log.asJson() : log;
    } catch (FileNotFoundException e) {
      otherwise.warn(
          ErrorCode.LOG_FILE_FAILED,
          "log-file "
              + file
              + " cannot be written ("
              + e.getMessage()
              + "): logging to standard error");
      return otherwise;
    }
  }

  /** Lines of the log; a class, since a lambda would load a hundred. */
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
  private static final class Start implements PrivilegedAction<Object[]> {
    private final @Nullable Object[] entrance;

    Start(@Nullable Object[] entrance) {
      this.entrance = entrance;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object[] run() {
      return started(
          (String) entrance[0],
          (File) Objects.requireNonNull(entrance[1]),
          (String) Objects.requireNonNull(entrance[2]),
          (PrintStream) Objects.requireNonNull(entrance[3]),
          (Function<Boolean, List<String>>) Objects.requireNonNull(entrance[4]));
    }
  }
}
