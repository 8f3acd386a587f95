package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DriverRepairTest {
  private final Queue<Runnable> workers = new ArrayDeque<>();
  private boolean full;
  private int looks;
  private Runnable tick;

  private final DriverRepair repair =
      new DriverRepair(
          all -> {
            looks++;
            return List.of();
          },
          new Log(LogLevel.INFO, new PrintStream(new ByteArrayOutputStream())));

  private void watch() {
    repair.watch(
        new ScheduledThreadPoolExecutor(0) {
          @Override
          public ScheduledFuture<?> scheduleWithFixedDelay(
              Runnable work, long initialDelay, long delay, TimeUnit unit) {
            tick = work;
            return null;
          }
        },
        task -> {
          if (full) {
            throw new RejectedExecutionException("thrown by a test");
          }
          workers.add(task);
        });
  }

  /**
   * A blocked check used to be followed by another one every two seconds, until all workers were
   * blocked.
   */
  @Test
  void checksNeverOverlap() {
    watch();
    for (int i = 0; i < 100; i++) {
      tick.run();
    }
    assertThat(workers).hasSize(1);
    workers.remove().run();
    tick.run();
    workers.remove().run();
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void checksAgainAfterTheWorkersRejectedACheck() {
    watch();
    full = true;
    tick.run();
    full = false;
    tick.run();
    workers.remove().run();
    assertThat(looks).isEqualTo(1);
  }
}
