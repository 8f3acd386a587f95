package io.github.alloydbagent.core.threads;

/**
 * The lock of {@link Workers}, on which idle threads wait for tasks. A class of its own so that a
 * simulation, which has no threads, can replace the waiting. Each method requires the lock.
 */
class WorkerLock {

  /** Waits for a signal. */
  @SuppressWarnings("WaitNotInLoop") // the caller loops
  void await() throws InterruptedException {
    wait();
  }

  /** Wakes an idle thread, if there is one. */
  void signal() {
    notify();
  }

  /** Wakes all idle threads. */
  void signalAll() {
    notifyAll();
  }
}
