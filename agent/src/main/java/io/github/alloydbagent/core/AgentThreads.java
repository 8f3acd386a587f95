package io.github.alloydbagent.core;

import io.github.alloydbagent.refresh.CallLane;
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

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, new Daemons("timer"));
  private final Workers workers = new Workers(WORKERS, PATIENCE, timer, new Daemons("worker"));
  private final Workers resolver = new Workers(1, PATIENCE, timer, new Daemons("resolver"));

  private final Executor tokens = workers.tokens();
  private final Executor dials = new OneByOne(workers);

  AgentThreads() {
    timer.setRemoveOnCancelPolicy(true); // a watch over every dial is cancelled in milliseconds
    timer.prestartAllCoreThreads();
  }

  /** Ends them all: for an agent that could not start. */
  void close() {
    timer.shutdownNow();
    workers.close();
    resolver.close();
  }

  /** For what takes no time. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** For requests of tokens: no API call holds them up. */
  Executor tokens() {
    return tokens;
  }

  /** For the API calls of one instance or cluster. */
  CallLane lane() {
    return workers.lane();
  }

  /** For everything else that waits for servers and files. */
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
