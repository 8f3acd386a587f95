package io.github.alloydbagent.core;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few threads for work that waits for servers, and more of them while servers do not answer: a
 * task that takes longer than answers do counts as stuck, and as long as one is, there is a thread
 * for whatever waits behind it. So one server in trouble does not hold up what is asked of others,
 * or the resolution of a name. Once nothing is stuck any more, the few remain.
 *
 * <p>More threads are started on the timer's thread, never on one of the application's, whose
 * thread locals they would inherit.
 */
final class Workers implements Executor {

  /** However much is stuck: what more of the same would wait for is most likely down as a whole. */
  private static final int MOST = 32;

  private final int few;
  private final long patienceMillis;
  private final ScheduledExecutorService timer;
  private final ThreadPoolExecutor pool;
  private final Thread.UncaughtExceptionHandler errors;
  private final Object lock = new Object();
  private int stuck;

  /**
   * @param few how many threads there are from now on
   * @param patienceMillis how long a task may take until it counts as stuck
   * @param errors gets what tasks throw, which ends none of the threads
   */
  Workers(
      int few,
      long patienceMillis,
      ScheduledExecutorService timer,
      ThreadFactory factory,
      Thread.UncaughtExceptionHandler errors) {
    this.errors = errors;
    this.few = few;
    this.patienceMillis = patienceMillis;
    this.timer = timer;
    this.pool =
        new ThreadPoolExecutor(
            few, MOST, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.prestartAllCoreThreads();
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(new Watched(task));
  }

  /** Ends all threads, those that work by an interrupt. */
  void close() {
    pool.shutdownNow();
  }

  private void gotStuck(Watched task) {
    synchronized (lock) {
      if (task.done) {
        return;
      }
      task.stuck = true;
      stuck++;
      int wanted = pool.getActiveCount() + Math.max(1, pool.getQueue().size());
      pool.setCorePoolSize(Math.min(MOST, Math.max(pool.getCorePoolSize(), wanted)));
      pool.prestartAllCoreThreads();
    }
  }

  private void done(Watched task) {
    synchronized (lock) {
      task.done = true;
      if (task.stuck && --stuck == 0) {
        pool.setCorePoolSize(few); // the others end as soon as they are idle
      }
    }
  }

  /** A task that is watched while it runs. */
  private final class Watched implements Runnable {
    private final Runnable task;
    private boolean stuck; // both guarded by the lock
    private boolean done;

    Watched(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      ScheduledFuture<?> watch = null;
      try {
        watch = timer.schedule(new Stuck(this), patienceMillis, TimeUnit.MILLISECONDS);
      } catch (Throwable e) { // without a watch the task still has to run: somebody waits for it
        errors.uncaughtException(Thread.currentThread(), e);
      }
      try {
        task.run();
      } catch (Throwable e) {
        errors.uncaughtException(Thread.currentThread(), e);
      } finally {
        if (watch != null) {
          watch.cancel(false);
        }
        done(this);
      }
    }
  }

  /** A class, since a lambda would load a hundred while the JVM starts. */
  private final class Stuck implements Runnable {
    private final Watched task;

    Stuck(Watched task) {
      this.task = task;
    }

    @Override
    public void run() {
      gotStuck(task);
    }
  }
}
