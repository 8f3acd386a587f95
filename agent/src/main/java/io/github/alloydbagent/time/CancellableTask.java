package io.github.alloydbagent.time;

/** A task for an executor that may be cancelled while it is queued or runs. */
public interface CancellableTask extends Runnable {

  /** Returns whether the task was cancelled. If it had not started by then, it does nothing. */
  boolean isCancelled();
}
