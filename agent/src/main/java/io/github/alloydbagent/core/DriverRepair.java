package io.github.alloydbagent.core;

import io.github.alloydbagent.log.Log;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Weaves driver classes that the JVM loaded without the agent's changes: periodically in the
 * background, and when a connection shows that a class lacks them.
 */
final class DriverRepair implements Runnable {
  private static final long INTERVAL_MILLIS = 2_000;

  /**
   * The shortest time between repairs, because each one pauses all threads of the JVM for a moment.
   */
  private static final long MIN_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Function<Boolean, List<String>> loadedDrivers;
  private final Log log;
  private @Nullable Long lastNanos; // guarded by this
  private volatile boolean isChecking; // whether a check is queued or running on a worker

  /**
   * Creates the repair task.
   *
   * @param loadedDrivers weaves driver classes that are not woven ({@code false}) or all of them
   *     ({@code true}), and returns messages to log
   */
  DriverRepair(Function<Boolean, List<String>> loadedDrivers, Log log) {
    this.loadedDrivers = loadedDrivers;
    this.log = log;
  }

  /** Weaves all driver classes again; called on the application's threads. */
  @Override
  public void run() {
    if (isDue()) {
      weave(true);
    }
  }

  /** Checks for new drivers every two seconds for the lifetime of the JVM. */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  void watch(ScheduledExecutorService timer, Executor executor) {
    isChecking = false; // an attempt to start that failed may have dropped a check
    Check check = new Check();
    timer.scheduleWithFixedDelay(
        new Runnable() { // a lambda would load a hundred classes during startup
          @Override
          public void run() {
            if (isChecking) {
              return; // another agent's transformer may block; it must not occupy all workers
            }
            isChecking = true;
            try {
              executor.execute(check);
            } catch (Throwable e) {
              isChecking = false; // no memory for the task: the next check runs anyway
            }
          }
        },
        INTERVAL_MILLIS,
        INTERVAL_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private synchronized boolean isDue() {
    long now = System.nanoTime();
    if (lastNanos != null && now - lastNanos < MIN_INTERVAL_NANOS) {
      return false;
    }
    lastNanos = now;
    return true;
  }

  private void weave(boolean all) {
    try {
      for (String message : loadedDrivers.apply(all)) {
        log.warnCoded(message);
      }
    } catch (Throwable e) { // stack or heap exhausted; the guard still refuses mapped hosts
      log.debug("driver classes cannot be inspected: " + e);
    }
  }

  /** Runs on a worker, because this calls other agents' transformers too. */
  private final class Check implements Runnable {
    @Override
    public void run() {
      try {
        weave(false);
      } finally {
        isChecking = false;
      }
    }
  }
}
