package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.log.Log;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates the agent's threads: daemons, with the agent's own class loader as context class loader,
 * so that they keep neither the JVM nor a web application alive. Uncaught exceptions are logged
 * instead of reaching the application's default handler, which may end the JVM.
 */
public class DaemonThreadFactory implements ThreadFactory {
  private final String kind;
  private final UncaughtErrorHandler errors;
  private final AtomicInteger count = new AtomicInteger();

  /**
   * Creates a factory.
   *
   * @param kind the purpose of the threads, part of their names
   */
  public DaemonThreadFactory(String kind, Log log) {
    this.kind = kind;
    this.errors = new UncaughtErrorHandler(log);
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = thread(task, "alloydb-agent-" + kind + "-" + count.incrementAndGet());
    thread.setDaemon(true);
    thread.setContextClassLoader(DaemonThreadFactory.class.getClassLoader());
    thread.setUncaughtExceptionHandler(errors);
    return thread;
  }

  Thread thread(Runnable task, String name) {
    return new Thread(task, name);
  }
}
