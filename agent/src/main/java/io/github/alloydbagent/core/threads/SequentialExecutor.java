package io.github.alloydbagent.core.threads;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other on another executor, behind what waits there already: they never
 * hold more than one of its threads.
 */
final class SequentialExecutor implements Executor {
  private final Executor to;
  private final Object lock = new Object();
  private @Nullable Waiting first; // all guarded by the lock
  private @Nullable Waiting last;
  private boolean running;

  SequentialExecutor(Executor to) {
    this.to = to;
  }

  /**
   * Queues a task; if it cannot be handed on, for want of memory or stack or since the other
   * executor has ended, this throws what that threw, and is as before.
   */
  @Override
  public void execute(Runnable task) {
    Waiting added = new Waiting(task);
    synchronized (lock) {
      if (last != null) {
        last.next = added;
        last = added;
        return;
      }
      first = added;
      last = added;
      if (running) {
        return;
      }
      running = true;
      try {
        to.execute(this::next);
      } catch (Throwable e) {
        running = false;
        first = null;
        last = null;
        throw e;
      }
    }
  }

  private void next() {
    Throwable thrown = null;
    for (Runnable task = taken(); task != null; task = handedOn()) {
      try {
        task.run();
      } catch (Throwable e) {
        thrown = e; // for the executor, once no task is left for this thread
      }
    }
    if (thrown instanceof Error) {
      throw (Error) thrown;
    }
    if (thrown instanceof RuntimeException) {
      throw (RuntimeException) thrown;
    }
  }

  private @Nullable Runnable taken() {
    synchronized (lock) {
      Waiting taken = first;
      if (taken == null) {
        running = false;
        return null;
      }
      first = taken.next;
      last = first == null ? null : last;
      return taken.task;
    }
  }

  /** Queues the next one behind what waits there, or returns it to be run here if that fails. */
  private @Nullable Runnable handedOn() {
    synchronized (lock) {
      if (first == null) {
        running = false;
        return null;
      }
    }
    try {
      to.execute(this::next);
      return null;
    } catch (Throwable e) { // or those that wait would never run
      return taken();
    }
  }

  private static final class Waiting {
    final Runnable task;
    @Nullable Waiting next;

    Waiting(Runnable task) {
      this.task = task;
    }
  }
}
