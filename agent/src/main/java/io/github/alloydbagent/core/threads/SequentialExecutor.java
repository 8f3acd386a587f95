package io.github.alloydbagent.core.threads;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after another on another executor, using at most one of its threads. Each task is
 * queued behind the other tasks of that executor.
 */
final class SequentialExecutor implements Executor {
  private final Executor delegate;
  private final Object lock = new Object();
  private @Nullable Waiting first; // the fields below are guarded by the lock
  private @Nullable Waiting last;
  private boolean running;

  SequentialExecutor(Executor delegate) {
    this.delegate = delegate;
  }

  /**
   * Queues a task. If the other executor rejects it, because memory or stack is exhausted or
   * because the executor has been shut down, this throws the same exception and its state is
   * unchanged.
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
        delegate.execute(this::runNext);
      } catch (Throwable e) {
        running = false;
        first = null;
        last = null;
        throw e;
      }
    }
  }

  private void runNext() {
    Throwable thrown = null;
    for (Runnable task = poll(); task != null; task = submitNext()) {
      try {
        task.run();
      } catch (Throwable e) {
        thrown = e; // rethrown once no task is left for this thread
      }
    }
    if (thrown instanceof Error) {
      throw (Error) thrown;
    }
    if (thrown instanceof RuntimeException) {
      throw (RuntimeException) thrown;
    }
  }

  private @Nullable Runnable poll() {
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

  /**
   * Queues the next task behind the others of the executor, or returns it to run here if that
   * fails.
   */
  private @Nullable Runnable submitNext() {
    synchronized (lock) {
      if (first == null) {
        running = false;
        return null;
      }
    }
    try {
      delegate.execute(this::runNext);
      return null;
    } catch (Throwable e) { // otherwise the queued tasks would never run
      return poll();
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
