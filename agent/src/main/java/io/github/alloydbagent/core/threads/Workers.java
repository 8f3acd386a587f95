package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.refresh.CallLane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few threads for tasks that wait for servers, and more of them while servers do not answer.
 * Tasks are of several kinds, each with its own {@linkplain Share share} of the threads: API calls
 * that a connection waits for go before those made ahead of need, and neither holds up tokens.
 *
 * <p>A task that takes longer than servers do counts as stuck: others run in its place, up to the
 * share of its kind. While all threads are busy there is a spare one, which ends with the load.
 *
 * <p>Threads are started on the timer's thread alone, never on one of the application's, whose
 * thread locals they would inherit. A thread that hands over a task calls nothing after the task is
 * queued, so that one with hardly any stack or heap left cannot leave this pool in an inconsistent
 * state.
 */
final class Workers implements Executor {

  /** Milliseconds that all threads may be busy before there is a spare one. */
  private static final long BUSY = 50;

  private final int few;
  private final long patienceMillis;
  private final ScheduledExecutorService timer;
  private final ThreadFactory factory;

  private final Object lock = new Object();

  /** Tokens, without which nothing else can be asked. */
  private final Share tokens;

  /** API calls that a connection waits for. */
  private final Share waitedFor;

  /** The same, of lanes whose last call was stuck: they must not take all threads again. */
  private final Share suspects;

  private final Share others;

  /** API calls that no connection waits for yet. */
  private final Share ahead;

  /** All of them, in the order in which tasks are taken. */
  private final Share[] shares;

  private final List<Thread> threads = new ArrayList<>(); // all below is guarded by the lock
  private int starting;
  private int idle;
  private boolean closed;

  /**
   * @param few how many threads there are from now on
   * @param patienceMillis how long a task may take until it counts as stuck
   */
  Workers(int few, long patienceMillis, ScheduledExecutorService timer, ThreadFactory factory) {
    this.few = few;
    this.patienceMillis = patienceMillis;
    this.timer = timer;
    this.factory = factory;
    this.tokens = new Share(8, 8);
    this.waitedFor = new Share(32, 64);
    this.suspects = new Share(8, 8);
    this.others = new Share(few, 16);
    this.ahead = new Share(few, 8);
    this.shares = new Share[] {tokens, waitedFor, suspects, others, ahead};
    for (int i = 0; i < few; i++) {
      startThread();
    }
  }

  @Override
  public void execute(Runnable work) {
    add(new Task(work, others, null));
  }

  /** Runs requests of tokens. */
  Executor tokens() {
    return new TokenRequests();
  }

  /** A lane of its own for the API calls of one instance or cluster. */
  CallLane lane() {
    return new Lane();
  }

  /** Ends all threads, those that work by an interrupt. */
  void close() {
    List<Thread> all;
    synchronized (lock) {
      closed = true;
      all = new ArrayList<>(threads);
      lock.notifyAll();
    }
    for (Thread thread : all) {
      thread.interrupt();
    }
  }

  private void add(Task task) {
    synchronized (lock) {
      if (closed) {
        throw new RejectedExecutionException("the agent's threads have ended");
      }
      Lane lane = task.lane;
      if (lane != null && lane.hurries) {
        task.share = lane.suspect ? suspects : waitedFor;
      }
      lock.notify(); // the last call: from here on nothing fails for want of stack
      Share share = task.share;
      if (share.last == null) {
        share.first = task;
      } else {
        share.last.next = task;
      }
      share.last = task;
      share.queued++;
    }
  }

  /** The next task, once there is one; null if this thread is not needed any more. */
  private @Nullable Task take() {
    synchronized (lock) {
      while (!closed) {
        for (Share share : shares) {
          Task task = share.first;
          if (task != null && share.slots() > 0) {
            share.first = task.next;
            share.last = task.next == null ? null : share.last;
            share.queued--;
            share.running++;
            return task;
          }
        }
        if (idle > 0 && threads.size() > few) { // one spare is enough
          break;
        }
        idle++;
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // left over from a task, or it is closed
        } finally {
          idle--;
        }
      }
      threads.remove(Thread.currentThread());
      return null;
    }
  }

  private void run(Task task) {
    watch(task, Math.min(BUSY, patienceMillis));
    try {
      task.work.run();
    } catch (Throwable e) { // what a task throws ends no thread
      report(e);
    } finally {
      done(task);
    }
  }

  private static void report(Throwable e) {
    try {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
    } catch (Throwable again) {
      // the error cannot be reported
    }
  }

  /**
   * A task that cannot be watched, since the timer has ended or the heap is full, runs all the
   * same.
   */
  private void watch(Task task, long delayMillis) {
    try {
      ScheduledFuture<?> watch = timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
      synchronized (lock) {
        task.watch = watch;
        if (!task.done) {
          return;
        }
      }
      watch.cancel(false);
    } catch (Throwable e) {
      // it does not count as stuck then
    }
  }

  private void done(Task task) {
    ScheduledFuture<?> watch;
    synchronized (lock) {
      task.done = true;
      task.share.running--;
      if (task.stuck) {
        task.share.stuck--;
      } else if (task.lane != null) {
        task.lane.suspect = false;
      }
      watch = task.watch;
    }
    if (watch != null) {
      watch.cancel(false);
    }
  }

  /** On the timer's thread, while the task runs: after a moment, and when it counts as stuck. */
  private void look(Task task) {
    boolean isStuck;
    synchronized (lock) {
      if (task.done) {
        return;
      }
      task.looks++;
      isStuck = task.looks > 1 || patienceMillis <= BUSY;
      if (isStuck) {
        task.stuck = true;
        task.share.stuck++;
        if (task.lane != null) {
          task.lane.suspect = true;
        }
        lock.notify();
      }
    }
    if (!isStuck) {
      watch(task, patienceMillis - BUSY);
    }
    grow();
  }

  /** Starts threads for all that may run, and a spare one. On the timer's thread alone. */
  private void grow() {
    int wanted;
    synchronized (lock) {
      wanted = 1 - idle - starting;
      for (Share share : shares) {
        wanted += Math.max(0, Math.min(share.queued, share.slots()));
      }
      wanted = closed ? 0 : wanted;
    }
    try {
      for (; wanted > 0; wanted--) {
        startThread();
      }
    } catch (Throwable e) { // no memory, or no process number: the next look tries again
      report(e);
    }
  }

  private void startThread() {
    Thread thread = factory.newThread(new Loop());
    synchronized (lock) {
      threads.add(thread);
      starting++;
    }
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        synchronized (lock) {
          threads.remove(thread);
          starting--;
        }
      }
    }
  }

  /** What a thread does. */
  private final class Loop implements Runnable {

    @Override
    public void run() {
      synchronized (lock) {
        starting--;
      }
      for (Task task = take(); task != null; task = take()) {
        Workers.this.run(task);
        boolean unused = Thread.interrupted(); // a task's own; not the next one's
      }
    }
  }

  /** The tasks of one kind, and how many of the threads they may take. Guarded by the lock. */
  private static final class Share {
    private final int active;
    private final int most;
    @Nullable Task first;
    @Nullable Task last;
    int queued;
    int running;
    int stuck;

    /**
     * @param active how many run at once while none of them is stuck
     * @param most how many run at once while some are, with those
     */
    Share(int active, int most) {
      this.active = active;
      this.most = most;
    }

    /** How many more may run now. */
    int slots() {
      return (stuck > 0 ? most : active) - running;
    }
  }

  /** A task in its queue, and what watches over it while it runs. */
  private final class Task implements Runnable {
    final Runnable work;
    final @Nullable Lane lane;
    Share share; // all below is guarded by the lock
    @Nullable Task next;
    @Nullable ScheduledFuture<?> watch;
    int looks;
    boolean stuck;
    boolean done;

    Task(Runnable work, Share share, @Nullable Lane lane) {
      this.work = work;
      this.share = share;
      this.lane = lane;
    }

    @Override
    public void run() {
      look(this);
    }
  }

  /** A class, since a lambda would load a hundred while the JVM starts. */
  private final class TokenRequests implements Executor {

    @Override
    public void execute(Runnable work) {
      add(new Task(work, tokens, null));
    }
  }

  private final class Lane implements CallLane {
    private boolean hurries; // both guarded by the lock
    private boolean suspect;

    @Override
    public void execute(Runnable work) {
      add(new Task(work, ahead, this));
    }

    /** Moves what is queued. */
    @Override
    public void hurry() {
      synchronized (lock) {
        Share to = suspect ? suspects : waitedFor;
        lock.notify(); // the last call, as above
        hurries = true;
        Task before = null;
        for (Task task = ahead.first; task != null; ) {
          Task after = task.next;
          if (task.lane != this) {
            before = task;
          } else {
            if (before == null) {
              ahead.first = after;
            } else {
              before.next = after;
            }
            ahead.last = after == null ? before : ahead.last;
            ahead.queued--;
            task.share = to;
            task.next = null;
            if (to.last == null) {
              to.first = task;
            } else {
              to.last.next = task;
            }
            to.last = task;
            to.queued++;
          }
          task = after;
        }
      }
    }

    @Override
    public void relax() {
      synchronized (lock) {
        hurries = false;
      }
    }
  }
}
