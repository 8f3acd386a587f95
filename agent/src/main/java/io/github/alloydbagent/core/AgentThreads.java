package io.github.alloydbagent.core;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * The agent's few threads, for all instances: one that keeps time, two that wait for servers, and
 * one that resolves names, so that an API that does not answer holds up no connection for which all
 * is there that the API gives. There are more only while something does not answer.
 *
 * <p>All are started at once, on a thread of the agent's: a thread born on a thread of the
 * application would inherit its thread locals.
 */
final class AgentThreads {
  private static final int WORKERS = 2;

  /** Milliseconds; the APIs answer within a tenth of that, and a cold start has time enough. */
  private static final long PATIENCE = 3_000;

  private final ScheduledExecutorService timer;
  private final Executor workers;
  private final Executor resolver;
  private final Executor dials;
  private final Runnable end;

  /**
   * Threads of somebody else, or none, as in tests.
   *
   * @param timer its tasks take no time
   * @param end ends them
   */
  AgentThreads(ScheduledExecutorService timer, Executor workers, Executor resolver, Runnable end) {
    this.timer = timer;
    this.workers = workers;
    this.resolver = resolver;
    this.dials = new OneByOne(workers);
    this.end = end;
  }

  /** Starts the threads of this JVM's agent. */
  static AgentThreads start() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, new Daemons("timer"));
    timer.setRemoveOnCancelPolicy(true); // a watch over every dial is cancelled in milliseconds
    timer.prestartAllCoreThreads();
    Workers workers = new Workers(WORKERS, PATIENCE, timer, new Daemons("worker"));
    Workers resolver = new Workers(1, PATIENCE, timer, new Daemons("resolver"));
    return new AgentThreads(
        timer,
        workers,
        resolver,
        () -> {
          timer.shutdownNow();
          workers.close();
          resolver.close();
        });
  }

  /** Ends them all: for an agent that could not start. */
  void close() {
    end.run();
  }

  /** For what takes no time. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** For what waits for servers and files. */
  Executor workers() {
    return workers;
  }

  /** For names; until the first of them, also for work that is done once. */
  Executor resolver() {
    return resolver;
  }

  /** For dials that nobody waits for: they never hold more than one of the workers. */
  Executor dials() {
    return dials;
  }
}
