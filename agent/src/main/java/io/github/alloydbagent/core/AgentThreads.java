package io.github.alloydbagent.core;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The agent's few threads, for all instances: one that keeps time, two that wait for servers, and
 * one that resolves names, so that an API that does not answer holds up no connection for which all
 * is there that the API gives.
 *
 * <p>All are started at once, on the thread that starts the agent: a thread born on a thread of the
 * application would inherit its thread locals. They are daemons and have the agent's own loader as
 * context class loader, so that they keep neither the JVM nor a web application alive.
 */
final class AgentThreads {
  private static final int WORKERS = 2;

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, new Daemons("timer"));
  private final ThreadPoolExecutor workers = pool(WORKERS, "worker");
  private final ThreadPoolExecutor resolver = pool(1, "resolver");

  AgentThreads() {
    timer.setRemoveOnCancelPolicy(true); // a watch over every dial is cancelled in milliseconds
    timer.prestartAllCoreThreads();
    workers.prestartAllCoreThreads();
    resolver.prestartAllCoreThreads();
  }

  private static ThreadPoolExecutor pool(int threads, String kind) {
    return new ThreadPoolExecutor(
        threads, threads, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new Daemons(kind));
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

  private static final class Daemons implements ThreadFactory {
    private final String kind;
    private final AtomicInteger count = new AtomicInteger();

    Daemons(String kind) {
      this.kind = kind;
    }

    @Override
    public Thread newThread(Runnable task) {
      Thread thread = new Thread(task, "alloydb-agent-" + kind + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      thread.setContextClassLoader(AgentThreads.class.getClassLoader());
      return thread;
    }
  }
}
