package io.github.alloydbagent.core;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the agent's threads: daemons, with the agent's own loader as context class loader, so that
 * they keep neither the JVM nor a web application alive.
 */
final class Daemons implements ThreadFactory {
  private final String kind;
  private final AtomicInteger count = new AtomicInteger();

  /**
   * @param kind what they are for, a part of their names
   */
  Daemons(String kind) {
    this.kind = kind;
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "alloydb-agent-" + kind + "-" + count.incrementAndGet());
    thread.setDaemon(true);
    thread.setContextClassLoader(Daemons.class.getClassLoader());
    return thread;
  }
}
