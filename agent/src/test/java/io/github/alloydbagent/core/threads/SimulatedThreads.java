package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.core.threads.Workers.Share;
import io.github.alloydbagent.core.threads.Workers.Task;
import io.github.alloydbagent.refresh.CallLane;
import io.github.alloydbagent.time.CancellableTask;
import io.github.alloydbagent.time.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs the real {@link Workers} on virtual time, with simulated threads: objects that poll for a
 * task, let the response time of a server pass, and complete the task. An idle one polls again only
 * after a signal, so that lost signals have the consequences that they have in production.
 *
 * <p>Whenever the state changes, this checks what {@link Workers} promises.
 */
public final class SimulatedThreads {
  private static final long MAX_START_MICROS = 20_000;
  private static final long MAX_WAKE_UP_MICROS = 1_000;

  /** Interval at which a hanging call learns that it was cancelled, in milliseconds. */
  private static final long CANCELLATION_MILLIS = 250;

  /**
   * Milliseconds after which a task starts that may run: all threads are busy for at most 50 ms
   * before another one is started for it.
   */
  private static final long MAX_DELAY_MILLIS =
      Workers.BUSY_MILLIS + (MAX_START_MICROS + MAX_WAKE_UP_MICROS) / 1_000 + 1;

  /**
   * Milliseconds after which an urgent call or a token request starts although its share is full:
   * by then the tasks that fill the share count as stuck, so that others run next to them. Also the
   * time after which a thread that could not be started is started.
   */
  private static final long MAX_STUCK_DELAY_MILLIS =
      AgentThreads.STUCK_AFTER_MILLIS + MAX_DELAY_MILLIS;

  /** The servers that tasks wait for. */
  public interface Servers {

    /** Decides how a server responds to a task. */
    Call call(Runnable task);

    /** Throws an Error, sometimes, while {@link #hasErrors}. */
    void maybeThrow();

    /** Returns whether memory and stack are exhausted from time to time. */
    boolean hasErrors();
  }

  /** A call of a server. */
  public interface Call {

    /** Returns after how many milliseconds the server responds. */
    long millis();

    /** Runs the task that has waited for the server. */
    void run(Runnable task);
  }

  private final VirtualTime time;
  private final Servers servers;
  private final Random random;
  private final Consumer<String> violations;
  private final Workers workers;
  private final Lock lock = new Lock();
  private final AgentThreads threads;
  private final List<SimulatedThread> waiting = new ArrayList<>();
  private int wakingUp;
  private int starting;
  private final Map<Task, SimulatedThread> running = new IdentityHashMap<>();

  /** Since when each task has been in the queue of its share. */
  private final Map<Task, Queued> queued = new IdentityHashMap<>();

  /** The running tasks that count as stuck. */
  private final Set<Task> stuck = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The lanes whose last call was stuck. */
  private final Set<CallLane> suspects = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Since when each share that is not full could run another task, in nanoseconds. */
  private final Map<Share, Long> openNanos = new HashMap<>();

  /** When a thread last took a task of each share, in nanoseconds. */
  private final Map<Share, Long> takenNanos = new HashMap<>();

  /** When errors or a stopped clock last excused delays, in nanoseconds. */
  private long disturbedNanos = Long.MIN_VALUE / 2;

  /**
   * Creates the threads.
   *
   * @param timer runs the checks of the pool; may throw errors
   * @param violations accepts the violated promises
   */
  public SimulatedThreads(
      VirtualTime time,
      ScheduledExecutorService timer,
      Servers servers,
      Random random,
      Consumer<String> violations) {
    this.time = time;
    this.servers = servers;
    this.random = random;
    this.violations = violations;
    this.workers =
        new Workers(
            AgentThreads.WORKER_COUNT,
            AgentThreads.STUCK_AFTER_MILLIS,
            timer,
            loop -> new SimulatedThread((Workers.Loop) loop),
            lock);
    Executor unused =
        task -> {
          throw new AssertionError("the simulation looks up no names");
        };
    this.threads =
        new AgentThreads(
            timer,
            new FaultyLane(workers::execute),
            () -> {
              Executor tokens = workers.tokens();
              return new FaultyLane(tokens::execute);
            },
            () -> new FaultyLane(workers.lane()),
            unused,
            unused,
            Thread::new,
            workers::close);
  }

  /** Returns the agent's threads. */
  public AgentThreads threads() {
    return threads;
  }

  /** Returns whether no task is queued or running, and all threads wait. */
  public boolean areIdle() {
    return running.isEmpty() && starting == 0 && wakingUp == 0 && queued() == 0;
  }

  private int queued() {
    int queued = 0;
    for (Share share : workers.shares) {
      queued += share.queued;
    }
    return queued;
  }

  /** Excuses delays that began before now: the machine was stopped or its memory exhausted. */
  public void excuseDelays() {
    disturbedNanos = time.nanoTime();
  }

  /** Checks that the number of threads is what it was at the start, apart from a spare one. */
  public void checkRecovered() {
    int size = workers.threads.size();
    int most = areIdle() ? AgentThreads.WORKER_COUNT : running.size() + 1 + starting + wakingUp;
    if (size > Math.max(AgentThreads.WORKER_COUNT, most) || size < AgentThreads.WORKER_COUNT) {
      violations.accept(size + " threads for " + running.size() + " tasks");
    }
    observe();
  }

  /** Checks all promises about the current state. */
  private void observe() {
    long now = time.nanoTime();
    boolean isRunnable = false;
    recordSuspects();
    for (Share share : workers.shares) {
      int length = 0;
      for (Task task = share.first; task != null; task = task.next) {
        Queued since = queued.get(task);
        if (since == null || since.share != share) {
          queued.put(task, new Queued(share, now));
          checkShare(task);
        }
        length++;
      }
      int runningHere = 0;
      int stuckHere = 0;
      for (Task task : running.keySet()) {
        if (task.share == share) {
          runningHere++;
          stuckHere += task.stuck ? 1 : 0;
        }
      }
      if (length != share.queued || runningHere != share.running || stuckHere != share.stuck) {
        violations.accept("a share has lost count of its tasks");
      }
      isRunnable |= length > 0 && share.slots() > 0;
    }
    recordOpenShares(now);
    if (isRunnable && !waiting.isEmpty() && wakingUp == 0 && starting == 0) {
      violations.accept("a task is queued although a thread is idle");
    }
    if (waiting.size() > 1 && workers.threads.size() > AgentThreads.WORKER_COUNT) {
      violations.accept("two of " + workers.threads.size() + " threads are idle");
    }
  }

  private void recordSuspects() {
    for (Task task : running.keySet()) {
      if (task.stuck && task.lane != null && stuck.add(task)) {
        suspects.add(task.lane);
      }
    }
  }

  private static boolean isCancelled(Task task) {
    return task.work instanceof CancellableTask && ((CancellableTask) task.work).isCancelled();
  }

  /** Checks that a lane whose last call was stuck, and no other lane, uses the suspects' share. */
  private void checkShare(Task task) {
    Share share = task.share;
    boolean isSuspect = suspects.contains(task.lane);
    if (isSuspect
        ? share == workers.urgent || share == workers.tokens
        : share == workers.suspects || share == workers.tokenSuspects) {
      violations.accept("a task is in the wrong share, suspect: " + isSuspect);
    }
  }

  private void recordOpenShares(long now) {
    for (Share share : workers.shares) {
      if (share.slots() > 0) {
        openNanos.putIfAbsent(share, now);
      } else {
        openNanos.remove(share);
      }
    }
  }

  private void checkTaken(Task task) {
    Share share = task.share;
    if (share.running > (share.stuck > 0 ? share.stuckLimit : share.normalLimit)) {
      violations.accept("a share runs " + share.running + " tasks");
    }
    long now = time.nanoTime();
    long since = Math.max(queued.remove(task).nanos, disturbedNanos);
    // after a disturbance, a thread that could not be started is started with the next check
    long settled = disturbedNanos + TimeUnit.MILLISECONDS.toNanos(AgentThreads.STUCK_AFTER_MILLIS);
    long runnable = Math.max(Math.max(since, settled), openNanos.get(share));
    for (Share preceding : workers.shares) {
      runnable = Math.max(runnable, takenNanos.getOrDefault(preceding, Long.MIN_VALUE));
      if (preceding == share) { // tasks of the shares after it do not delay it
        break;
      }
    }
    takenNanos.put(share, now);
    if (!servers.hasErrors()) {
      checkDelay(now - runnable, MAX_DELAY_MILLIS, share);
      if (share == workers.urgent || share == workers.tokens) {
        checkDelay(now - since, MAX_STUCK_DELAY_MILLIS, share);
      }
    }
  }

  private void checkDelay(long nanos, long maxMillis, Share share) {
    if (nanos > TimeUnit.MILLISECONDS.toNanos(maxMillis)) {
      violations.accept(
          "a task waited for "
              + nanos / 1_000_000
              + " ms instead of at most "
              + maxMillis
              + " in share "
              + Arrays.asList(workers.shares).indexOf(share)
              + " with "
              + share.queued
              + " queued, "
              + share.running
              + " running and "
              + share.stuck
              + " stuck tasks on "
              + workers.threads.size()
              + " threads");
    }
  }

  private void schedule(Runnable step, long micros) {
    Runnable checked =
        () -> {
          try {
            step.run();
          } catch (Throwable e) {
            violations.accept("a thread ended: " + e);
          }
        };
    Object unused = time.timer().schedule(checked, micros, TimeUnit.MICROSECONDS);
  }

  /** When a task was queued in a share. */
  private static final class Queued {
    final Share share;
    final long nanos;

    Queued(Share share, long nanos) {
      this.share = share;
      this.nanos = nanos;
    }
  }

  /** A lock on which simulated threads wait. */
  private final class Lock extends WorkerLock {
    @Override
    void await() {
      throw new AssertionError("simulated threads do not block");
    }

    @Override
    void signal() {
      recordOpenShares(time.nanoTime());
      recordSuspects();
      if (!waiting.isEmpty()) {
        wake(waiting.remove(random.nextInt(waiting.size())));
      }
    }

    @Override
    void signalAll() {
      while (!waiting.isEmpty()) {
        signal();
      }
    }

    private void wake(SimulatedThread thread) {
      wakingUp++;
      schedule(
          () -> {
            wakingUp--;
            thread.proceed();
          },
          random.nextInt((int) MAX_WAKE_UP_MICROS));
    }
  }

  /** A thread that is never started. */
  private final class SimulatedThread extends Thread {
    private final Workers.Loop loop;

    SimulatedThread(Workers.Loop loop) {
      this.loop = loop;
    }

    @Override
    public void start() {
      for (int i = 0; i < 3; i++) {
        servers.maybeThrow(); // most of the time
      }
      starting++;
      schedule(
          () -> {
            starting--;
            loop.begin();
            proceed();
          },
          random.nextInt((int) MAX_START_MICROS));
    }

    @Override
    public void interrupt() {}

    private void proceed() {
      recordOpenShares(time.nanoTime());
      Task task;
      synchronized (lock) {
        task = loop.poll();
      }
      if (task == null) {
        if (!loop.hasEnded()) {
          waiting.add(this);
        }
      } else {
        running.put(task, this);
        checkTaken(task);
        loop.watch(task);
        Call call = servers.call(task.work);
        await(call, task, call.millis());
      }
      observe();
    }

    private void await(Call call, Task task, long millis) {
      boolean mayEndEarly = millis > CANCELLATION_MILLIS && task.work instanceof CancellableTask;
      long part = mayEndEarly ? CANCELLATION_MILLIS : millis;
      schedule(
          () -> {
            if (part == millis || isCancelled(task)) {
              complete(call, task);
            } else {
              await(call, task, millis - part);
            }
          },
          part * 1_000);
    }

    private void complete(Call call, Task task) {
      observe();
      call.run(() -> loop.complete(task));
      stuck.remove(task);
      if (!task.stuck && !isCancelled(task)) {
        suspects.remove(task.lane);
      }
      running.remove(task);
      proceed();
    }
  }

  /** A lane that throws an Error for some calls, as if memory or stack were exhausted. */
  private final class FaultyLane implements CallLane {
    private final CallLane lane;

    FaultyLane(CallLane lane) {
      this.lane = lane;
    }

    @Override
    public void execute(Runnable task) {
      servers.maybeThrow();
      lane.execute(task);
      observe();
    }

    @Override
    public void hurry() {
      servers.maybeThrow();
      lane.hurry();
      observe();
    }

    @Override
    public void relax() {
      lane.relax();
    }
  }
}
