package io.github.alloydbagent.time;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clocks that stand still until a test advances them, and a timer that runs due tasks meanwhile on
 * the caller's thread. Tests can set the wall clock, and make the machine sleep or freeze. A server
 * in a test may advance the time while its client waits on another thread.
 */
public final class VirtualTime implements Clock {
  private static final long START_MILLIS = 1_700_000_000_000L;

  /** More than the number of clock readings within a millisecond. */
  private static final long TICKS = 100_000;

  /** A tree, to cancel quickly among the tasks of ten thousand simulated JVMs. */
  private final TreeSet<Task<?>> tasks = new TreeSet<>(); // guarded by itself

  private final ScheduledExecutorService timer = new Timer();
  private final AtomicLong nanos = new AtomicLong();
  private long wallOffsetMillis = START_MILLIS;
  private long scheduled;
  private Error schedulingError;

  @Override
  public long wallMillis() {
    return wallOffsetMillis + TimeUnit.NANOSECONDS.toMillis(nanos.get());
  }

  @Override
  public long nanoTime() {
    return nanos.incrementAndGet(); // no two readings are equal, as on a real machine
  }

  /** Returns the timer, whose tasks run during {@link #advance}. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /**
   * Makes the timer throw this error instead of accepting tasks, or accept them again if it is
   * null.
   */
  public void failScheduling(Error error) {
    schedulingError = error;
  }

  /** Moves the wall clock forward or, with a negative number, back. */
  public void stepWall(long millis) {
    wallOffsetMillis += millis;
  }

  /** Returns how far the wall clock was moved forward in total, in milliseconds. */
  public long wallStepMillis() {
    return wallOffsetMillis - START_MILLIS;
  }

  /** Advances time without running the timer, as if the process were stopped. */
  public void freeze(long millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  public void advance(long millis) {
    long end = nanos.get() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (Task<?> next = poll(end + TICKS); next != null; next = poll(end + TICKS)) {
      run(next);
    }
    advanceTo(end);
  }

  private void advanceTo(long end) {
    nanos.accumulateAndGet(end, Math::max);
  }

  /** Returns the next task if it is due at this time, otherwise null. */
  private Task<?> poll(long atNanos) {
    synchronized (tasks) {
      return tasks.isEmpty() || tasks.first().atNanos > atNanos ? null : tasks.pollFirst();
    }
  }

  private void run(Task<?> next) {
    advanceTo(next.atNanos);
    next.run();
  }

  /** Runs the tasks that are due now. */
  public void settle() {
    advance(0);
  }

  /** Advances to the next task and runs it. */
  public void runNext() {
    run(poll(Long.MAX_VALUE));
  }

  /** Returns the milliseconds until the next task, rounded up; -1 if no task is scheduled. */
  public long next() {
    synchronized (tasks) {
      return tasks.isEmpty()
          ? -1
          : TimeUnit.NANOSECONDS.toMillis(
              Math.max(0, tasks.first().atNanos - nanos.get()) + 999_999);
    }
  }

  /** Returns the number of scheduled tasks, without the periodic ones. */
  public int pending() {
    synchronized (tasks) {
      return tasks.size() - periodic();
    }
  }

  /** Returns the number of periodic tasks. */
  public int periodic() {
    int periodic = 0;
    synchronized (tasks) {
      for (Task<?> task : tasks) {
        periodic += task.periodNanos > 0 ? 1 : 0;
      }
    }
    return periodic;
  }

  private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long periodNanos; // 0 if it runs once
    private long atNanos;
    private long order;

    Task(Callable<V> work, long delayNanos, long periodNanos) {
      super(work);
      this.periodNanos = periodNanos;
      this.atNanos = nanos.get() + Math.max(0, delayNanos);
    }

    /** Runs the task; a periodic one again, unless it throws or is cancelled. */
    @Override
    public void run() {
      if (periodNanos == 0) {
        super.run();
      } else if (runAndReset()) {
        atNanos = nanos.get() + periodNanos;
        schedule();
      }
    }

    /** Schedules the task, unless it was cancelled while it ran. */
    void schedule() {
      synchronized (tasks) {
        if (!isCancelled()) {
          order = scheduled++;
          tasks.add(this);
        }
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      synchronized (tasks) {
        tasks.remove(this);
        return super.cancel(mayInterrupt);
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(atNanos - nanos.get(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Task<?> task = (Task<?>) other;
      return atNanos == task.atNanos
          ? Long.compare(order, task.order)
          : Long.compare(atNanos, task.atNanos);
    }
  }

  private final class Timer extends AbstractExecutorService implements ScheduledExecutorService {

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
      return add(new Task<>(work, unit.toNanos(delay), 0));
    }

    private <V> Task<V> add(Task<V> task) {
      if (schedulingError != null) {
        throw schedulingError;
      }
      task.schedule();
      return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
      return schedule(
          () -> {
            work.run();
            return null;
          },
          delay,
          unit);
    }

    @Override
    public void execute(Runnable work) {
      ScheduledFuture<?> unused = schedule(work, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable work, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException("periodic tasks have a fixed delay");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable work, long initialDelay, long delay, TimeUnit unit) {
      return add(
          new Task<>(
              () -> {
                work.run();
                return null;
              },
              unit.toNanos(initialDelay),
              unit.toNanos(delay)));
    }

    @Override
    public void shutdown() {
      synchronized (tasks) {
        tasks.clear();
      }
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
