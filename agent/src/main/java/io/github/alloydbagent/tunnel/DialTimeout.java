package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.time.Deadline;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Aborts a dial at its deadline by closing the socket. Socket timeouts are not enough, because each
 * received byte restarts them. An interrupt of the dialing thread aborts nothing here: where an
 * interrupt would abort the driver's own connection attempt, on virtual threads, the JDK closes the
 * socket.
 */
final class DialTimeout implements Closeable {

  /** Milliseconds between two checks; most dials finish before the first one. */
  private static final long CHECK_PERIOD_MILLIS = 50;

  private final Socket tcp;
  private final Deadline deadline;
  private final AtomicBoolean isFinished = new AtomicBoolean();
  private final ScheduledFuture<?> checks;

  DialTimeout(Socket tcp, Deadline deadline, ScheduledExecutorService timer) {
    this.tcp = tcp;
    this.deadline = deadline;
    this.checks =
        timer.scheduleWithFixedDelay(
            this::checkDeadline, CHECK_PERIOD_MILLIS, CHECK_PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void checkDeadline() {
    if (deadline.remainingMillis() == 0 && isFinished.compareAndSet(false, true)) {
      closeQuietly(tcp);
    }
  }

  /**
   * Called by the dialing thread when the tunnel is complete.
   *
   * @throws IOException if the deadline has just passed and the socket is closed
   */
  void succeeded() throws IOException {
    if (!isFinished.compareAndSet(false, true)) {
      throw new IOException("closed at its deadline");
    }
  }

  /** Stops the checks; called by the dialing thread after success and after failure. */
  @Override
  public void close() {
    isFinished.set(true);
    checks.cancel(false);
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The socket is closed anyway.
    }
  }
}
