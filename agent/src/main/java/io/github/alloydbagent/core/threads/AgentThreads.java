package io.github.alloydbagent.core.threads;

import com.google.common.util.concurrent.MoreExecutors;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.CallLane;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The agent's few threads, shared by all instances: one timer, two workers that wait for servers,
 * and one resolver of host names. Because the resolver is separate, an API that does not respond
 * does not delay connections whose connection info is already cached. More threads exist only while
 * a server or lookup does not respond.
 *
 * <p>All of them are started together on a thread of the agent: a thread that a thread of the
 * application starts would inherit its thread locals.
 */
public final class AgentThreads {
  static final int WORKER_COUNT = 2;

  /**
   * Milliseconds after which a call counts as stuck: ten times the usual response time of the APIs,
   * and enough for a cold start.
   */
  static final long STUCK_AFTER_MILLIS = 3_000;

  /** Seconds that an idle lookup thread waits for another task. */
  private static final long IDLE_SECONDS = 10;

  /** The limit on concurrent lookups of API servers' names; an agent uses only a few API hosts. */
  private static final int MAX_LOOKUP_THREADS = 8;

  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final Supplier<Executor> tokens;
  private final Supplier<CallLane> lanes;
  private final Executor resolver;
  private final Executor lookUps;
  private final ThreadFactory listeners;
  private final Executor dials;
  private final Runnable shutdown;

  /** Uses threads that the caller owns, for tests. */
  public AgentThreads(ScheduledExecutorService timer, Executor all) {
    this(timer, all, () -> all, () -> all::execute, all, all, Thread::new, () -> {});
  }

  /** Uses the given parts. */
  AgentThreads(
      ScheduledExecutorService timer,
      Executor workers,
      Supplier<Executor> tokens,
      Supplier<CallLane> lanes,
      Executor resolver,
      Executor lookUps,
      ThreadFactory listeners,
      Runnable shutdown) {
    this.timer = timer;
    this.workers = workers;
    this.tokens = tokens;
    this.lanes = lanes;
    this.resolver = resolver;
    this.lookUps = lookUps;
    this.listeners = listeners;
    this.dials = sequential(workers);
    this.shutdown = shutdown;
  }

  /** Starts the threads of this JVM's agent. */
  public static AgentThreads start(Log log) {
    Timer timer = new Timer(log);
    Workers workers =
        new Workers(
            WORKER_COUNT, STUCK_AFTER_MILLIS, timer, new DaemonThreadFactory("worker", log));
    Workers resolver;
    try {
      timer.prestartAllCoreThreads();
      resolver =
          new Workers(1, STUCK_AFTER_MILLIS, timer, new DaemonThreadFactory("resolver", log));
    } catch (Throwable e) { // no memory or no thread: the next attempt starts all of them again
      workers.close();
      timer.shutdownNow();
      throw e;
    }
    ThreadPoolExecutor lookUps =
        new ThreadPoolExecutor(
            0,
            MAX_LOOKUP_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // prefers an idle thread to a new one
            new DaemonThreadFactory("lookup", log),
            AgentThreads::await);
    return new AgentThreads(
        timer,
        workers,
        workers::tokens,
        workers::lane,
        resolver,
        lookUps,
        new DaemonThreadFactory("jmx", log),
        () -> {
          timer.shutdownNow();
          workers.close();
          resolver.close();
          lookUps.shutdownNow();
        });
  }

  /** After an Error, Guava's executor alone would leave the queued tasks to the next caller. */
  private static Executor sequential(Executor executor) {
    Executor sequential = MoreExecutors.newSequentialExecutor(executor);
    return task ->
        sequential.execute(
            () -> {
              try {
                task.run();
              } catch (Throwable e) {
                Workers.report(e);
              }
            });
  }

  /** Waits until one of the busy threads is free, for as long as a lookup may take. */
  private static void await(Runnable task, ThreadPoolExecutor pool) {
    try {
      if (!pool.isShutdown() && pool.getQueue().offer(task, IDLE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new RejectedExecutionException();
  }

  /** Stops all threads; for an agent that could not start. */
  public void close() {
    shutdown.run();
  }

  /** Runs tasks that do not block. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** Returns an executor for the token requests of one identity, which API calls do not delay. */
  public Executor tokens() {
    return tokens.get();
  }

  /** Returns a lane for the API calls of one instance or cluster. */
  public CallLane lane() {
    return lanes.get();
  }

  /** Runs all other tasks that wait for servers and files. */
  public Executor workers() {
    return workers;
  }

  /** Resolves host names; before the first lookup, also runs one-time work. */
  public Executor resolver() {
    return resolver;
  }

  /**
   * Looks up the names of API servers, which cannot be interrupted; uses a thread only while
   * needed.
   */
  public Executor lookUps() {
    return lookUps;
  }

  /** Creates a thread for each call of application code, which may block. */
  public ThreadFactory listeners() {
    return listeners;
  }

  /** Dials tunnels that no connection waits for; uses at most one worker at a time. */
  public Executor dials() {
    return dials;
  }
}
