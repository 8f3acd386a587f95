package io.github.alloydbagent.core;

import io.github.alloydbagent.time.Clock;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock that stands until it is moved, and a timer without threads that runs what falls due. */
final class VirtualTime extends ScheduledThreadPoolExecutor implements Clock {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong((Task task) -> task.at));
  private long nanos = 4_711;

  VirtualTime() {
    super(0);
  }

  @Override
  public long wallMillis() {
    return 1_700_000_000_000L + TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /** How many tasks are scheduled. */
  int scheduled() {
    return tasks.size();
  }

  void advance(long millis) {
    long end = nanos + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!tasks.isEmpty() && tasks.peek().at <= end) {
      Task next = tasks.remove();
      nanos = Math.max(nanos, next.at);
      next.run();
    }
    nanos = end;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    Task task = new Task(work, nanos + unit.toNanos(delay));
    tasks.add(task);
    return task;
  }

  /** Keeps what its work throws to itself, as the JDK's do. */
  private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long at;

    Task(Runnable work, long at) {
      super(work, null);
      this.at = at;
    }

    @Override
    public boolean cancel(boolean interrupt) {
      tasks.remove(this);
      return super.cancel(interrupt);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(at, ((Task) other).at);
    }
  }
}
