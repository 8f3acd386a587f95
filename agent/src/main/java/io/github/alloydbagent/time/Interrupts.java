package io.github.alloydbagent.time;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits that an interrupt ends only where it would also end a driver's own blocking calls. On
 * platform threads, socket calls ignore interrupts, so an interrupted worker can still cancel its
 * query, or open a connection to record why it ended. On virtual threads, an interrupt closes the
 * socket ({@link java.net.Socket}).
 */
public final class Interrupts {

  private Interrupts() {}

  /**
   * Waits like {@link Future#get(long, TimeUnit)}, except that an interrupt ends the wait only on a
   * virtual thread. The thread's interrupt status stays set, even after an {@link
   * InterruptedException}.
   */
  public static <T> T get(Future<T> future, long millis)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
          if (isVirtual(Thread.currentThread())) {
            throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns whether this thread was interrupted and its blocking calls therefore end. */
  public static boolean isInterruptedVirtualThread() {
    Thread current = Thread.currentThread();
    return current.isInterrupted() && isVirtual(current);
  }

  /**
   * Calls {@code Thread.isVirtual} by reflection because the agent is compiled for Java 8; called
   * only for interrupted threads.
   */
  private static boolean isVirtual(Thread thread) {
    try {
      return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    } catch (ReflectiveOperationException e) {
      return false; // before Java 21
    }
  }
}
