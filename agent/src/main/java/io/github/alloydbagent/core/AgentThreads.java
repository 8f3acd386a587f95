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
 * The agent's few threads, for all instances: one that keeps time, and three that wait for servers.
 *
 * <p>All are started at once, on the thread that starts the agent: a thread born on a thread of the
 * application would inherit its thread locals. They are daemons and have the agent's own loader as
 * context class loader, so that they keep neither the JVM nor a web application alive.
 */
final class AgentThreads {
  private static final int WORKERS = 3;

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, new Daemons("timer"));
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          WORKERS,
          WORKERS,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new Daemons("worker"));

  AgentThreads() {
    timer.setRemoveOnCancelPolicy(true); // a watch over every dial is cancelled in milliseconds
    timer.prestartAllCoreThreads();
    workers.prestartAllCoreThreads();
  }

  /** For what takes no time. */
  ScheduledExecutorService timer() {
    return timer;
  }

  /** For what waits for servers and files. */
  Executor workers() {
    return workers;
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
