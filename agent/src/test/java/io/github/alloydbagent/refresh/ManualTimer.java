package io.github.alloydbagent.refresh;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock that stands until it is moved, and runs what falls due on the way. */
public class ManualTimer extends ScheduledThreadPoolExecutor {
  private record Task(long at, Runnable work) {}

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::at));
  private long now = 1_700_000_000_000L;

  public ManualTimer() {
    super(0);
  }

  public long millis() {
    return now;
  }

  /** Moves only the wall clock, as the sleep of a machine does. */
  public void sleep(long millis) {
    now += millis;
  }

  public void advance(long millis) {
    long end = now + millis;
    while (!tasks.isEmpty() && tasks.peek().at() <= end) {
      Task next = tasks.remove();
      now = Math.max(now, next.at());
      next.work().run();
    }
    now = end;
  }

  /** Milliseconds until the next task, -1 if there is none. */
  long next() {
    return tasks.isEmpty() ? -1 : tasks.peek().at() - now;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    tasks.add(new Task(now + unit.toMillis(delay), work));
    return null;
  }
}
