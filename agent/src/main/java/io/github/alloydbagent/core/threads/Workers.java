package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.refresh.CallLane;
import io.github.alloydbagent.time.CancellableTask;
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
 * A small pool for tasks that wait for servers, which grows while servers do not respond. Each kind
 * of task has its own {@linkplain Share share} of the threads: API calls that a connection waits
 * for take precedence over those made in advance, and neither delays token requests.
 *
 * <p>A task that takes longer than servers usually do counts as stuck: other tasks run instead of
 * it, up to the share of its kind. While all threads are busy, there is one spare thread, which
 * ends when the load decreases.
 *
 * <p>Threads are started only on the timer's thread, never on one of the application's, whose
 * thread locals they would inherit. A thread that adds a task calls nothing after the task is
 * queued, so that a thread with hardly any stack or heap left cannot leave this pool in an
 * inconsistent state.
 */
final class Workers implements Executor {

  /** Milliseconds that all threads may be busy before a spare one is started. */
  static final long BUSY_MILLIS = 50;

  private final int coreThreads;
  private final long stuckAfterMillis;
  private final ScheduledExecutorService timer;
  private final ThreadFactory factory;

  private final WorkerLock lock;

  /** Token requests; nothing else can be requested without a token. */
  final Share tokens;

  /**
   * Token requests of identities whose last request was stuck, with threads for all requests of
   * eight such identities: each has two tokens, and each token one request at first, and two once
   * they are stuck. An identity whose server responds again waits at most 5 s for its next request,
   * which would be overtaken by later ones if it then waited for a thread as well.
   */
  final Share tokenSuspects;

  /** API calls that a connection waits for. */
  final Share urgent;

  /**
   * API calls that a connection waits for, in lanes whose last call was stuck; the limit keeps them
   * from occupying all threads again.
   */
  final Share suspects;

  private final Share others;

  /** API calls that no connection waits for yet. */
  private final Share background;

  /** All shares, in order of precedence. */
  final Share[] shares;

  // the fields below are guarded by the lock
  final List<Thread> threads = new ArrayList<>();
  private int starting;
  private int idle;
  private boolean isClosed;

  /**
   * Creates a pool and starts its core threads.
   *
   * @param coreThreads how many threads always exist
   * @param stuckAfterMillis after how long a task counts as stuck
   */
  Workers(
      int coreThreads,
      long stuckAfterMillis,
      ScheduledExecutorService timer,
      ThreadFactory factory) {
    this(coreThreads, stuckAfterMillis, timer, factory, new WorkerLock());
  }

  /** Creates a pool with the given lock, for simulations. */
  Workers(
      int coreThreads,
      long stuckAfterMillis,
      ScheduledExecutorService timer,
      ThreadFactory factory,
      WorkerLock lock) {
    this.lock = lock;
    this.coreThreads = coreThreads;
    this.stuckAfterMillis = stuckAfterMillis;
    this.timer = timer;
    this.factory = factory;
    this.tokens = new Share(8, 32);
    this.tokenSuspects = new Share(16, 32);
    this.urgent = new Share(32, 64);
    this.suspects = new Share(8, 8);
    this.others = new Share(coreThreads, 16);
    this.background = new Share(coreThreads, 8);
    this.shares = new Share[] {tokens, urgent, tokenSuspects, suspects, others, background};
    boolean isStarted = false;
    try {
      for (int i = 0; i < coreThreads; i++) {
        startThread();
      }
      isStarted = true;
    } finally {
      if (!isStarted) {
        close(); // the other threads would never end
      }
    }
  }

  @Override
  public void execute(Runnable work) {
    add(new Task(work, others, null));
  }

  /** Returns a separate executor for the token requests of one identity. */
  Executor tokens() {
    Lane lane = new Lane(tokens, tokenSuspects);
    lane.isUrgent = true;
    return lane;
  }

  /** Returns a separate lane for the API calls of one instance or cluster. */
  CallLane lane() {
    return new Lane(urgent, suspects);
  }

  /** Ends all threads; interrupts those that are busy. */
  void close() {
    List<Thread> all;
    synchronized (lock) {
      isClosed = true;
      all = new ArrayList<>(threads);
      lock.signalAll();
    }
    for (Thread thread : all) {
      thread.interrupt();
    }
  }

  private void add(Task task) {
    synchronized (lock) {
      if (isClosed) {
        throw new RejectedExecutionException("the agent's threads have ended");
      }
      Lane lane = task.lane;
      if (lane != null && lane.isUrgent) {
        task.share = lane.isSuspect ? lane.suspects : lane.urgent;
      }
      lock.signal(); // the last call: below this line nothing can fail for lack of stack
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

  static void report(Throwable e) {
    try {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
    } catch (Throwable reportFailure) {
      // the error cannot be reported
    }
  }

  /**
   * Schedules a check of the task. If that fails, because the timer was shut down or the heap is
   * full, the task runs anyway.
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
      // the task will not count as stuck
    }
  }

  /** Returns whether the task was cancelled; its end then says nothing about the server. */
  private static boolean isCancelled(Runnable work) {
    return work instanceof CancellableTask && ((CancellableTask) work).isCancelled();
  }

  private void done(Task task) {
    ScheduledFuture<?> watch;
    synchronized (lock) {
      task.done = true;
      task.share.running--;
      if (task.stuck) {
        task.share.stuck--;
      } else if (task.lane != null && !isCancelled(task.work)) {
        task.lane.isSuspect = false;
      }
      watch = task.watch;
    }
    try {
      if (watch != null) {
        watch.cancel(false);
      }
    } catch (Throwable e) {
      // the heap is full: the check finds that the task has ended
    }
  }

  /**
   * Runs on the timer's thread while the task runs: after {@code BUSY_MILLIS}, when the task counts
   * as stuck, and from then on at intervals, because a thread that was needed may not have started.
   */
  private void check(Task task) {
    long nextMillis = Math.max(stuckAfterMillis, BUSY_MILLIS);
    synchronized (lock) {
      if (task.done) {
        return;
      }
      if (!task.wasChecked && stuckAfterMillis > BUSY_MILLIS) {
        nextMillis = stuckAfterMillis - BUSY_MILLIS;
      } else if (!task.stuck) {
        task.stuck = true;
        task.share.stuck++;
        if (task.lane != null) {
          task.lane.isSuspect = true;
        }
        lock.signal();
      }
      task.wasChecked = true;
    }
    watch(task, nextMillis);
    grow();
  }

  /**
   * Starts threads for all tasks that may run, and a spare one. Called only on the timer's thread.
   */
  private void grow() {
    int wanted;
    synchronized (lock) {
      wanted = 1 - idle - starting;
      for (Share share : shares) {
        wanted += Math.max(0, Math.min(share.queued, share.slots()));
      }
      wanted = isClosed ? 0 : wanted;
    }
    try {
      for (; wanted > 0; wanted--) {
        startThread();
      }
    } catch (Throwable e) { // out of memory or process IDs: the next check tries again
      report(e);
    }
  }

  private void startThread() {
    Loop loop = new Loop();
    Thread thread = factory.newThread(loop);
    loop.thread = thread;
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

  /** The loop of each thread. A simulation calls its steps instead of running it. */
  final class Loop implements Runnable {
    private @Nullable Thread thread; // set before the thread starts
    private boolean isIdle; // both guarded by the lock
    private boolean hasEnded;

    @Override
    public void run() {
      begin();
      try {
        for (Task task = take(); task != null; task = take()) {
          watch(task);
          complete(task);
          // clears an interrupt that was meant for the previous task
          boolean unused = Thread.interrupted();
        }
      } finally {
        end();
      }
    }

    void begin() {
      synchronized (lock) {
        starting--;
      }
    }

    /** Waits for the next task; returns null if this thread is no longer needed. */
    private @Nullable Task take() {
      synchronized (lock) {
        Task task = poll();
        while (task == null && !hasEnded) {
          try {
            lock.await();
          } catch (InterruptedException e) {
            // left over from a task, or the pool was closed
          }
          task = poll();
        }
        return task;
      }
    }

    /**
     * Returns the next task. If there is none, this thread has ended, or it is idle and waits for a
     * signal before it polls again. Requires the lock.
     */
    @Nullable Task poll() {
      if (isIdle) {
        isIdle = false;
        idle--;
      }
      if (isClosed) {
        end();
        return null;
      }
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
      if (idle > 0 && threads.size() > coreThreads) { // one spare is enough
        end();
        return null;
      }
      isIdle = true;
      idle++;
      return null;
    }

    boolean hasEnded() {
      return hasEnded;
    }

    /** Schedules the first check of a task that this thread has taken. */
    void watch(Task task) {
      Workers.this.watch(task, Math.min(BUSY_MILLIS, stuckAfterMillis));
    }

    /** Runs a task to its end. */
    void complete(Task task) {
      try {
        task.work.run();
      } catch (Throwable e) { // a task's exception must not end the thread
        report(e);
      } finally {
        done(task);
      }
    }

    /** Removes this thread from the pool. */
    private void end() {
      synchronized (lock) {
        if (hasEnded) {
          return;
        }
        hasEnded = true;
        if (isIdle) { // an Error ended it while it waited
          isIdle = false;
          idle--;
        }
        threads.remove(thread);
      }
    }
  }

  /** The tasks of one kind, and how many threads they may use. Guarded by the lock. */
  static final class Share {
    final int normalLimit;
    final int stuckLimit;
    @Nullable Task first;
    @Nullable Task last;
    int queued;
    int running;
    int stuck;

    /**
     * Creates a share.
     *
     * @param normalLimit how many tasks may run concurrently while none of them is stuck
     * @param stuckLimit how many tasks may run concurrently, including stuck ones, while some are
     *     stuck
     */
    Share(int normalLimit, int stuckLimit) {
      this.normalLimit = normalLimit;
      this.stuckLimit = stuckLimit;
    }

    /** Returns how many more tasks may run now. */
    int slots() {
      return (stuck > 0 ? stuckLimit : normalLimit) - running;
    }
  }

  /** A task in its queue; as a Runnable, the check of the task while it runs. */
  final class Task implements Runnable {
    final Runnable work;
    final @Nullable Lane lane;
    Share share; // the fields below are guarded by the lock
    @Nullable Task next;
    @Nullable ScheduledFuture<?> watch;
    boolean wasChecked;
    boolean stuck;
    boolean done;

    Task(Runnable work, Share share, @Nullable Lane lane) {
      this.work = work;
      this.share = share;
      this.lane = lane;
    }

    @Override
    public void run() {
      check(this);
    }
  }

  /**
   * The calls of one instance, cluster or identity. A class rather than a lambda, which would load
   * a hundred classes during startup.
   */
  private final class Lane implements CallLane {
    private final Share urgent;
    private final Share suspects;
    private boolean isUrgent; // both guarded by the lock
    private boolean isSuspect;

    Lane(Share urgent, Share suspects) {
      this.urgent = urgent;
      this.suspects = suspects;
    }

    @Override
    public void execute(Runnable work) {
      add(new Task(work, background, this));
    }

    /** Moves the queued tasks of this lane from the background share to an urgent one. */
    @Override
    public void hurry() {
      synchronized (lock) {
        Share target = isSuspect ? suspects : urgent;
        lock.signal(); // the last call, as above
        isUrgent = true;
        Task previous = null;
        for (Task task = background.first; task != null; ) {
          Task following = task.next;
          if (task.lane != this) {
            previous = task;
          } else {
            if (previous == null) {
              background.first = following;
            } else {
              previous.next = following;
            }
            background.last = following == null ? previous : background.last;
            background.queued--;
            task.share = target;
            task.next = null;
            if (target.last == null) {
              target.first = task;
            } else {
              target.last.next = task;
            }
            target.last = task;
            target.queued++;
          }
          task = following;
        }
      }
    }

    @Override
    public void relax() {
      synchronized (lock) {
        isUrgent = false;
      }
    }
  }
}
