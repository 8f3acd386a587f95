package io.github.alloydbagent.time;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits that end at an interrupt exactly where a driver's own connection would. Its blocking socket
 * calls ignore interrupts on platform threads, so that an interrupted worker can still cancel its
 * query, or open a connection to record why it ended. On virtual threads an interrupt closes the
 * socket ({@link java.net.Socket}).
 */
public final class Interrupts {

  private Interrupts() {}

  /**
   * As {@link Future#get(long, TimeUnit)}, but an interrupt ends the wait on a virtual thread
   * alone. The interrupt status of the thread stays set, also after an {@link
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

  /** Whether this thread was interrupted, and its blocking calls end because of that. */
  public static boolean endCalls() {
    Thread current = Thread.currentThread();
    return current.isInterrupted() && isVirtual(current);
  }

  /** Java 8 does not know such threads; called for interrupted threads alone. */
  private static boolean isVirtual(Thread thread) {
    try {
      return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
    } catch (ReflectiveOperationException e) {
      return false; // before Java 21
    }
  }
}
