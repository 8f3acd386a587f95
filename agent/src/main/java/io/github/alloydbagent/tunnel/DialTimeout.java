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
 * Ends a dial that has passed its deadline, by closing the socket under it. Socket timeouts cannot
 * do that: each byte restarts them. An interrupt of the dialing thread ends nothing here: where it
 * would end the driver's own connection, on virtual threads, the JDK closes the socket.
 */
final class DialTimeout implements Closeable {

  /** Milliseconds between two looks; most dials are done before the first. */
  private static final long PERIOD = 50;

  private final Socket tcp;
  private final Deadline deadline;
  private final AtomicBoolean over = new AtomicBoolean();
  private final ScheduledFuture<?> looks;

  DialTimeout(Socket tcp, Deadline deadline, ScheduledExecutorService timer) {
    this.tcp = tcp;
    this.deadline = deadline;
    this.looks = timer.scheduleWithFixedDelay(this::look, PERIOD, PERIOD, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (deadline.remainingMillis() == 0 && over.compareAndSet(false, true)) {
      closeQuietly(tcp);
    }
  }

  /**
   * Called by the dialing thread once the connection stands.
   *
   * @throws IOException if the watch has just ended it
   */
  void succeeded() throws IOException {
    if (!over.compareAndSet(false, true)) {
      throw new IOException("ended at its deadline");
    }
  }

  /** Stops watching; called by the dialing thread, whatever came of the dial. */
  @Override
  public void close() {
    over.set(true);
    looks.cancel(false);
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed, and that is all that was wanted
    }
  }
}
