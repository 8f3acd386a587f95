package io.github.alloydbagent.time;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer that runs no task by itself: a test takes scheduled tasks and runs them. */
public final class HeldTimer extends ScheduledThreadPoolExecutor {

  /** A scheduled task. */
  public static final class Held extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long delayMillis;

    Held(Runnable task, long delayMillis) {
      super(task, null);
      this.delayMillis = delayMillis;
    }

    public long delayMillis() {
      return delayMillis;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  private final BlockingQueue<Held> held = new LinkedBlockingQueue<>();

  public HeldTimer() {
    super(0);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    Held next = new Held(task, unit.toMillis(delay));
    held.add(next);
    return next;
  }

  /** Holds a periodic task, which is scheduled again each time it has run. */
  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return schedule(
        () -> {
          task.run();
          ScheduledFuture<?> unused = scheduleWithFixedDelay(task, delay, delay, unit);
        },
        initialDelay,
        unit);
  }

  /** Waits for the next task that is not cancelled, and returns it. */
  public Held take() throws InterruptedException {
    while (true) {
      Held next = held.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing was scheduled");
      }
      if (!next.isDone()) {
        return next;
      }
    }
  }

  /** Returns the tasks that were not taken, run or cancelled. */
  public List<Held> pending() {
    List<Held> pending = new ArrayList<>(held);
    pending.removeIf(FutureTask::isDone);
    return pending;
  }
}
