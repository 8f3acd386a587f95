package io.github.alloydbagent.core.connections;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Holds the components that connections need, once the agent has started. A start that failed can
 * be followed by one that succeeds. Not a {@code CompletableFuture}, whose initialization on the
 * thread of {@code main} would fix the size of the application's common thread pool; and recording
 * a result allocates nothing, because the heap may be exhausted.
 */
public final class RuntimeHolder {
  private final Object lock = new Object();
  private volatile Attempt attempt = new Attempt();
  private volatile @Nullable AgentRuntime runtime;
  private volatile @Nullable Throwable failure;

  /** The thread of the start, if the JVM could not start it. */
  private volatile @Nullable Thread unstarted;

  /**
   * Starts the agent on this thread. If the JVM has no thread left, the next connection tries it
   * again.
   *
   * @return whether the thread runs
   */
  public boolean startOn(Thread thread) {
    synchronized (lock) {
      try {
        beginAttempt(); // before the thread can end it
        thread.start();
        unstarted = null;
        return true;
      } catch (OutOfMemoryError e) { // unable to create native thread
        fail(e);
        unstarted = thread;
        return false;
      }
    }
  }

  /** Returns the result of the current attempt, or of the last one until the next one begins. */
  Future<AgentRuntime> result() {
    Thread thread = unstarted;
    if (thread != null) {
      synchronized (lock) {
        if (unstarted == thread) {
          startOn(thread);
        }
      }
    }
    return attempt;
  }

  /** Ends the current attempt successfully. */
  public void complete(AgentRuntime runtime) {
    this.runtime = runtime;
    failure = null;
    attempt.complete(runtime);
  }

  /** Ends the current attempt; no effect if the agent has started. */
  public void fail(Throwable cause) {
    if (runtime == null) {
      failure = cause;
      attempt.fail(cause);
    }
  }

  /** Begins another attempt, for which connections wait from now on. */
  public void beginAttempt() {
    if (runtime == null) {
      attempt = new Attempt();
    }
  }

  /** Returns the components, or null if the agent has not started yet. */
  public @Nullable AgentRuntime runtime() {
    return runtime;
  }

  /** Returns why the last attempt failed; null if none has failed, or if the agent has started. */
  public @Nullable Throwable failure() {
    return failure;
  }

  private static final class Attempt extends FutureTask<AgentRuntime> {
    Attempt() {
      super(new NeverRun());
    }

    void complete(AgentRuntime runtime) {
      set(runtime);
    }

    void fail(Throwable cause) {
      setException(cause);
    }
  }

  private static final class NeverRun implements Callable<AgentRuntime> {
    @Override
    public AgentRuntime call() {
      throw new IllegalStateException();
    }
  }
}
