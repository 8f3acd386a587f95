package io.github.alloydbagent.http;

import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * One deadline over a whole API call, from the look-up of the name to the last byte of the answer.
 * It closes the call's socket: a socket's own timeout begins again with every byte, so that a
 * server which trickles, or sends interim answers without end, would hold a thread for ever.
 */
final class CallDeadline implements Closeable {
  private final HttpHost host;
  private final Deadline deadline;
  private final ScheduledFuture<?> end;
  private String step = "looking up the name"; // guarded by this, as the next two
  private @Nullable Socket socket;
  private boolean over;

  CallDeadline(HttpHost host, long totalMillis, ScheduledExecutorService timer, Clock clock) {
    this.host = host;
    this.deadline = Deadline.inMillis(totalMillis, clock);
    this.end = timer.schedule(this::end, totalMillis, TimeUnit.MILLISECONDS);
  }

  long remainingMillis() {
    return deadline.remainingMillis();
  }

  /** From here on, messages name this step of the call. */
  synchronized void enter(String next) {
    step = next;
  }

  /**
   * From here on, this is the socket to close at the deadline.
   *
   * @throws SocketTimeoutException if the deadline has passed; the socket is closed then
   */
  synchronized void guard(Socket used) throws SocketTimeoutException {
    if (over) {
      closeQuietly(used);
      throw timedOut();
    }
    socket = used;
  }

  /** Ends the watch, and returns whether the call was complete before the deadline. */
  synchronized boolean completed() {
    close();
    return !over;
  }

  /** What ended the call: the deadline, where it has closed the socket, else the failure itself. */
  synchronized IOException cause(IOException failure) {
    if (!over) {
      return failure;
    }
    SocketTimeoutException late = timedOut();
    late.initCause(failure);
    return late;
  }

  private SocketTimeoutException timedOut() {
    return new SocketTimeoutException(
        "the call to "
            + host
            + " was not complete after "
            + deadline.totalMillis() / 1000.0
            + " s; it was still "
            + step);
  }

  private synchronized void end() {
    over = true;
    if (socket != null) {
      closeQuietly(socket);
    }
  }

  @Override
  public synchronized void close() {
    end.cancel(false);
    socket = null;
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed all the same
    }
  }
}
