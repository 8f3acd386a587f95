package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.config.setting.OnRemap;
import io.github.alloydbagent.config.source.SettingsFile;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.log.FailureThrottle;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks the settings file every two seconds and applies its mappings when it has changed. A change
 * takes effect only after two consecutive checks read the same content, because editors write in
 * pieces. Contents are compared because time stamps are too coarse and not every file system
 * reports file events.
 *
 * <p>Owns one task with a fixed delay, which the timer repeats whatever was thrown. Checks never
 * overlap.
 */
public final class SettingsWatch {
  public static final long CHECK_INTERVAL_MILLIS = 2_000;

  private final long intervalMillis;
  private final File file;
  private final Callable<Settings> loader;
  private final BiConsumer<List<Mapping>, OnRemap> remap;
  private final Consumer<Settings> applied;
  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final Log log;
  private final FailureThrottle throttle;
  private volatile boolean isChecking; // whether a check is queued or running on a worker

  // used by one check at a time
  private byte @Nullable [] processedContent;
  private byte @Nullable [] lastContent;

  /** Whether applying the file's mappings started but did not complete. */
  private boolean isPartlyApplied;

  /** Why the last content was not applied; null if it was applied. */
  private @Nullable String rejectionReason;

  /**
   * Creates a watch.
   *
   * @param parsed the content of the file from which the current settings were parsed; it may have
   *     changed since
   * @param loader reads all settings again
   * @param remap applies mappings; can be called again if it throws
   * @param applied is called with the settings after their mappings were applied
   * @param intervalMillis the interval between checks
   */
  public SettingsWatch(
      File file,
      byte @Nullable [] parsed,
      Callable<Settings> loader,
      BiConsumer<List<Mapping>, OnRemap> remap,
      Consumer<Settings> applied,
      AgentThreads threads,
      Clock clock,
      long intervalMillis,
      Log log) {
    this.file = file;
    this.intervalMillis = intervalMillis;
    this.processedContent = parsed;
    this.lastContent = parsed;
    this.loader = loader;
    this.remap = remap;
    this.applied = applied;
    this.timer = threads.timer();
    this.workers = threads.workers();
    this.throttle = new FailureThrottle(clock);
    this.log = log;
  }

  /** Starts checking. */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  public void start() {
    timer.scheduleWithFixedDelay(
        this::submitCheck, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
  }

  /** Runs on the timer's thread, which must not read files. */
  private void submitCheck() {
    if (isChecking) {
      return;
    }
    isChecking = true;
    try {
      workers.execute(this::run);
    } catch (Throwable e) {
      isChecking = false; // no memory for the task: the next check runs anyway
    }
  }

  private void run() {
    try {
      check();
    } catch (Throwable e) { // the next check may succeed, for example with more free memory
      throttle.failed(
          log,
          ErrorCode.of(e, ErrorCode.REMAP_FAILED),
          e.getClass().getName(),
          "config-file "
              + file
              + " has changed, but applying it failed: "
              + e
              + ". The agent retries in "
              + intervalMillis / 1000
              + " s.");
      log.trace("config-file " + file, e);
    } finally {
      isChecking = false;
    }
  }

  private void check() throws Exception {
    byte[] content = readContent();
    boolean isStable = Arrays.equals(content, lastContent);
    lastContent = content;
    // an error may be outside the file, such as a credentials file that is created later
    if (isStable
        && (isPartlyApplied
            || rejectionReason != null
            || !Arrays.equals(content, processedContent))) {
      apply(content);
    }
    if (!isPartlyApplied && rejectionReason == null && Arrays.equals(content, processedContent)) {
      String after = throttle.recovered();
      if (after != null) {
        log.info("config-file " + file + " is in effect again, " + after);
      }
    }
  }

  private void apply(byte @Nullable [] content) throws Exception {
    Settings settings;
    try {
      settings = loader.call();
    } catch (SettingsException e) {
      byte[] newContent = readContent();
      if (Arrays.equals(newContent, content)) {
        reject(content, String.valueOf(e.getMessage()));
      } else {
        lastContent = newContent; // an edit in progress
      }
      return;
    }
    if (!settings.enabled()) {
      reject(content, "enabled=false takes effect at the next start.");
    } else if (!Arrays.equals(settings.fileContent(), content)) {
      lastContent = settings.fileContent(); // an edit in progress
    } else if (settings.mapsNothing()) {
      reject(content, "it no longer maps any host (setting instances).");
    } else {
      isPartlyApplied = true;
      remap.accept(settings.mappings(), settings.onRemap());
      isPartlyApplied = false;
      rejectionReason = null;
      processedContent = content;
      log.info("config-file " + file + " has changed; now " + settings.mappedHosts());
      applied.accept(settings);
    }
  }

  private void reject(byte @Nullable [] content, String reason) {
    boolean isLogged = reason.equals(rejectionReason) && Arrays.equals(content, processedContent);
    rejectionReason = reason;
    processedContent = content;
    if (!isLogged) {
      log.warn(
          ErrorCode.REMAP_REJECTED,
          "config-file " + file + " has changed, but the mapping remains unchanged: " + reason);
    }
  }

  private byte @Nullable [] readContent() {
    try {
      return SettingsFile.read(file);
    } catch (IOException e) {
      return null; // also a change: parsing the settings reports the error
    }
  }
}
