package io.github.alloydbagent.core;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other on another executor, behind what waits there already: they never
 * hold more than one of its threads.
 */
final class OneByOne implements Executor {
  private final Executor to;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean running; // both guarded by the queue

  OneByOne(Executor to) {
    this.to = to;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (waiting) {
      waiting.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    to.execute(this::next);
  }

  private void next() {
    Runnable task;
    synchronized (waiting) {
      task = waiting.remove();
    }
    try {
      task.run();
    } finally {
      boolean more;
      synchronized (waiting) {
        more = !waiting.isEmpty();
        running = more;
      }
      if (more) {
        to.execute(this::next);
      }
    }
  }
}
