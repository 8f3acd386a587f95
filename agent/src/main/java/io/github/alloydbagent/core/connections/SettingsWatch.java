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
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the settings file every two seconds, and applies its mappings when it has changed. A
 * change counts once it has stayed the same from one look to the next, since editors write in
 * pieces. Contents are compared: time stamps are too coarse, and not every file system reports file
 * events.
 *
 * <p>It owns one scheduled task, which is scheduled again after each look, whatever was thrown.
 * Looks never overlap.
 */
public final class SettingsWatch {
  public static final long INTERVAL_MILLIS = 2_000;

  private final long intervalMillis;
  private final File file;
  private final Callable<Settings> reading;
  private final BiConsumer<List<Mapping>, OnRemap> remap;
  private final Consumer<Settings> applied;
  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final Log log;
  private final FailureThrottle trouble;
  private volatile @Nullable ScheduledFuture<?> next;

  // of one look at a time
  private byte @Nullable [] taken;
  private byte @Nullable [] seen;

  /** Whether applying the file's mappings began and did not end. */
  private boolean halfApplied;

  /** Why the content that was taken last is not in force, or null if it is. */
  private @Nullable String rejected;

  /**
   * @param parsed the content of the file that the settings in force were parsed from, which may
   *     have changed since
   * @param reading reads all settings again
   * @param remap applies mappings, and can be called again if it throws
   * @param applied is called with the settings after their mappings were applied
   * @param intervalMillis from one look to the next
   */
  public SettingsWatch(
      File file,
      byte @Nullable [] parsed,
      Callable<Settings> reading,
      BiConsumer<List<Mapping>, OnRemap> remap,
      Consumer<Settings> applied,
      AgentThreads threads,
      Clock clock,
      long intervalMillis,
      Log log) {
    this.file = file;
    this.intervalMillis = intervalMillis;
    this.taken = parsed;
    this.seen = parsed;
    this.reading = reading;
    this.remap = remap;
    this.applied = applied;
    this.timer = threads.timer();
    this.workers = threads.workers();
    this.trouble = new FailureThrottle(clock);
    this.log = log;
  }

  /** Looks from now on. */
  public void start() {
    schedule();
  }

  private void schedule() {
    ScheduledFuture<?> before = next;
    if (before != null) {
      before.cancel(false);
    }
    next = timer.schedule(this::handOver, intervalMillis, TimeUnit.MILLISECONDS);
  }

  /** On the timer's thread, which never reads a file. */
  private void handOver() {
    boolean handedOver = false;
    try {
      workers.execute(this::run);
      handedOver = true;
    } finally {
      if (!handedOver) {
        schedule();
      }
    }
  }

  private void run() {
    try {
      look();
    } catch (Throwable e) { // the next look may find memory again, or the missing class
      trouble.failed(
          log,
          ErrorCode.of(e, ErrorCode.REMAP_FAILED),
          e.getClass().getName(),
          "config-file "
              + file
              + " has changed, but applying it failed: "
              + e
              + ". It is tried again in "
              + intervalMillis / 1000
              + " s.");
      log.trace("config-file " + file, e);
    } finally {
      schedule();
    }
  }

  private void look() throws Exception {
    byte[] now = content();
    boolean settled = Arrays.equals(now, seen);
    seen = now;
    // what is wrong may lie outside the file, such as a credentials file that comes later
    if (settled && (halfApplied || rejected != null || !Arrays.equals(now, taken))) {
      take(now);
    }
    if (!halfApplied && rejected == null && Arrays.equals(now, taken)) {
      String after = trouble.over();
      if (after != null) {
        log.info("config-file " + file + " is in force again, " + after);
      }
    }
  }

  private void take(byte @Nullable [] now) throws Exception {
    Settings settings;
    try {
      settings = reading.call();
    } catch (SettingsException e) {
      byte[] meanwhile = content();
      if (Arrays.equals(meanwhile, now)) {
        reject(now, String.valueOf(e.getMessage()));
      } else {
        seen = meanwhile; // an edit in progress
      }
      return;
    }
    if (!settings.enabled()) {
      reject(now, "enabled=false takes effect at the next start.");
    } else if (!Arrays.equals(settings.fileContent(), now)) {
      seen = settings.fileContent(); // likewise
    } else if (settings.mapsNothing()) {
      reject(now, "it maps no host any more (setting instances).");
    } else {
      halfApplied = true;
      remap.accept(settings.mappings(), settings.onRemap());
      halfApplied = false;
      rejected = null;
      taken = now;
      log.info("config-file " + file + " has changed; mapped now: " + settings.mappedHosts());
      applied.accept(settings);
    }
  }

  private void reject(byte @Nullable [] now, String why) {
    boolean known = why.equals(rejected) && Arrays.equals(now, taken);
    rejected = why;
    taken = now;
    if (!known) {
      log.warn(
          ErrorCode.REMAP_REJECTED,
          "config-file " + file + " has changed, but the mapping stays as it was: " + why);
    }
  }

  private byte @Nullable [] content() {
    try {
      return SettingsFile.read(file);
    } catch (IOException e) {
      return null; // a change, too: reading the settings says what is wrong
    }
  }
}
