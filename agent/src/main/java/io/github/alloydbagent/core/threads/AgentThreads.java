package io.github.alloydbagent.core.threads;

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
 * The agent's few threads, for all instances: one that keeps time, two that wait for servers, and
 * one that resolves names, so that an API that does not answer holds up no connection for which all
 * is there that the API gives. There are more only while something does not answer.
 *
 * <p>All are started at once, on a thread of the agent's: a thread born on a thread of the
 * application would inherit its thread locals.
 */
public final class AgentThreads {
  private static final int WORKERS = 2;

  /** Milliseconds; the APIs answer within a tenth of that, and a cold start has time enough. */
  private static final long PATIENCE = 3_000;

  /** Seconds that a thread for what is rare waits for more of it. */
  private static final long IDLE = 10;

  /** Names of API servers that may be looked up at once; there are a few hosts at most. */
  private static final int LOOK_UPS = 8;

  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final Executor tokens;
  private final Supplier<CallLane> lanes;
  private final Executor resolver;
  private final Executor lookUps;
  private final ThreadFactory listeners;
  private final Executor dials;
  private final Runnable end;

  /** Uses threads that the caller owns, as in tests. */
  public AgentThreads(ScheduledExecutorService timer, Executor all) {
    this(timer, all, all, () -> all::execute, all, all, Thread::new, () -> {});
  }

  private AgentThreads(
      ScheduledExecutorService timer,
      Executor workers,
      Executor tokens,
      Supplier<CallLane> lanes,
      Executor resolver,
      Executor lookUps,
      ThreadFactory listeners,
      Runnable end) {
    this.timer = timer;
    this.workers = workers;
    this.tokens = tokens;
    this.lanes = lanes;
    this.resolver = resolver;
    this.lookUps = lookUps;
    this.listeners = listeners;
    this.dials = new SequentialExecutor(workers);
    this.end = end;
  }

  /** Starts the threads of this JVM's agent. */
  public static AgentThreads start(Log log) {
    Timer timer = new Timer(log);
    Workers workers = new Workers(WORKERS, PATIENCE, timer, new DaemonThreadFactory("worker", log));
    Workers resolver = new Workers(1, PATIENCE, timer, new DaemonThreadFactory("resolver", log));
    ThreadPoolExecutor lookUps =
        new ThreadPoolExecutor(
            0,
            LOOK_UPS,
            IDLE,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(), // an idle thread comes before a new one
            new DaemonThreadFactory("lookup", log),
            AgentThreads::await);
    timer.prestartAllCoreThreads();
    return new AgentThreads(
        timer,
        workers,
        workers.tokens(),
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

  /** Waits for one of the threads, all of which are busy, as long as a look-up may take. */
  private static void await(Runnable task, ThreadPoolExecutor pool) {
    try {
      if (!pool.isShutdown() && pool.getQueue().offer(task, IDLE, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new RejectedExecutionException();
  }

  /** Ends them all: for an agent that could not start. */
  public void close() {
    end.run();
  }

  /** For what takes no time. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** For requests of tokens: no API call holds them up. */
  public Executor tokens() {
    return tokens;
  }

  /** For the API calls of one instance or cluster. */
  public CallLane lane() {
    return lanes.get();
  }

  /** For everything else that waits for servers and files. */
  public Executor workers() {
    return workers;
  }

  /** For names; until the first of them, also for work that is done once. */
  public Executor resolver() {
    return resolver;
  }

  /** For the names of API servers, whose look-up cannot be ended; a thread while one is needed. */
  public Executor lookUps() {
    return lookUps;
  }

  /** For what calls code of the application's, which may block: a thread for each such call. */
  public ThreadFactory listeners() {
    return listeners;
  }

  /** For dials that nobody waits for: they never hold more than one of the workers. */
  public Executor dials() {
    return dials;
  }
}
