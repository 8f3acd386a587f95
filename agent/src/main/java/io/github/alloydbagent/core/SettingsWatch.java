package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.Trouble;
import io.github.alloydbagent.time.Clock;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the settings file every other second, and takes over its mappings when it has changed. A
 * change counts once it has stood still from one look to the next, since editors write in pieces.
 * The content is compared: time stamps are too coarse, and file events do not come from every file
 * system.
 */
final class SettingsWatch implements Runnable {
  private static final long INTERVAL = 2_000;

  private final File file;
  private final Callable<Settings> reading;
  private final AgentThreads threads;
  private final MappedConnections connections;
  private final FileWarnings files;
  private final Log log;
  private final Trouble trouble = new Trouble(Clock.SYSTEM);
  private byte @Nullable [] taken;
  private byte @Nullable [] seen;

  /**
   * @param reading reads all settings anew
   */
  SettingsWatch(
      File file,
      Callable<Settings> reading,
      AgentThreads threads,
      MappedConnections connections,
      FileWarnings files,
      Log log) {
    this.file = file;
    this.reading = reading;
    this.threads = threads;
    this.connections = connections;
    this.files = files;
    this.log = log;
  }

  /** Begins with the file as it is now. */
  void start() {
    taken = content();
    seen = taken;
    schedule();
  }

  @Override
  public void run() {
    try {
      byte[] now = content();
      if (Arrays.equals(now, seen) && !Arrays.equals(now, taken)) {
        taken = now;
        take();
      }
      seen = now;
      String after = trouble.over();
      if (after != null) {
        log.info("config-file " + file + " can be taken over again, " + after);
      }
    } catch (RuntimeException | LinkageError e) { // or nobody would look any more
      trouble.failed(
          log, e.getClass().getName(), "config-file " + file + " could not be taken over: " + e);
      log.trace("config-file " + file, e);
    }
    schedule();
  }

  private void take() {
    Settings settings;
    try {
      settings = reading.call();
    } catch (SettingsException e) {
      keep(String.valueOf(e.getMessage()));
      return;
    } catch (Exception e) {
      keep(e.toString());
      return;
    }
    if (!settings.enabled()) {
      keep("enabled=false takes effect at the next start.");
    } else if (Agent.isNothingMapped(settings)) {
      keep("it maps no host any more (setting instances).");
    } else {
      connections.remap(settings.mappings(), settings.onRemap());
      log.info("config-file " + file + " has changed; mapped now: " + Agent.mapped(settings));
      files.lookAt(settings);
    }
  }

  private void keep(String why) {
    log.warn("config-file " + file + " has changed, but the mapping stays as it was: " + why);
  }

  private byte @Nullable [] content() {
    try {
      return Files.readAllBytes(file.toPath());
    } catch (IOException e) {
      return null; // which is a change, too
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void schedule() {
    threads
        .timer()
        .schedule(() -> threads.workers().execute(this), INTERVAL, TimeUnit.MILLISECONDS);
  }
}
