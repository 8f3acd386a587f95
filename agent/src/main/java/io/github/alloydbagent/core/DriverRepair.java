package io.github.alloydbagent.core;

import io.github.alloydbagent.log.Log;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Repairs driver classes that the JVM has loaded without the agent's changes: in the background
 * after a driver was loaded, and when a connection has shown that a class lacks them.
 */
final class DriverRepair implements Runnable {
  private static final long INTERVAL_MILLIS = 2_000;

  /** Each repair stops all threads of the JVM for a moment. */
  private static final long LEAST_NANOS_BETWEEN = TimeUnit.SECONDS.toNanos(5);

  private final Function<Boolean, List<String>> loadedDrivers;
  private final Log log;
  private @Nullable Long last; // guarded by this
  private volatile boolean looking; // on a worker, or soon

  /**
   * @param loadedDrivers weaves what is not woven ({@code false}) or all driver classes ({@code
   *     true}), and returns what there is to report
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

  /** Looks for new drivers every other second, as long as this JVM runs. */
  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  void watch(ScheduledExecutorService timer, Executor executor) {
    Look look = new Look();
    timer.scheduleWithFixedDelay(
        new Runnable() { // a lambda would load a hundred classes while the JVM starts
          @Override
          public void run() {
            if (looking) {
              return; // another agent's transformer may block; it must not take all workers
            }
            looking = true;
            try {
              executor.execute(look);
            } catch (Throwable e) {
              looking = false; // no memory for the task: the next look comes all the same
            }
          }
        },
        INTERVAL_MILLIS,
        INTERVAL_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  private synchronized boolean isDue() {
    long now = System.nanoTime();
    if (last != null && now - last < LEAST_NANOS_BETWEEN) {
      return false;
    }
    last = now;
    return true;
  }

  private void weave(boolean all) {
    try {
      for (String message : loadedDrivers.apply(all)) {
        log.warnCoded(message);
      }
    } catch (Throwable e) { // an exhausted stack or heap; the guard still refuses mapped hosts
      log.debug("driver classes cannot be looked at: " + e);
    }
  }

  /** Runs on a worker, because other agents' transformers run on it, too. */
  private final class Look implements Runnable {
    @Override
    public void run() {
      try {
        weave(false);
      } finally {
        looking = false;
      }
    }
  }
}
