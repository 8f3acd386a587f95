package io.github.alloydbagent.http;

import io.github.alloydbagent.time.Cancellation;
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
 * A deadline for a whole API call, from the name lookup to the last byte of the response. At the
 * deadline, or when the call is cancelled before, it closes the call's socket. Socket timeouts are
 * not enough, because they restart with every byte: a server that sends single bytes slowly, or
 * interim responses without end, would block a thread forever.
 */
final class CallDeadline implements Closeable {
  private final HttpHost host;
  private final long startNanos;
  private final Deadline deadline;
  private final ScheduledFuture<?> end;
  private final Cancellation.Registration cancellation;
  private String step = "looking up the name"; // guarded by this, like the next fields
  private @Nullable Socket socket;
  private boolean isExpired;
  private long endMillis; // after the start

  CallDeadline(HttpHost host, long totalMillis, ScheduledExecutorService timer, Clock clock) {
    this.host = host;
    this.startNanos = clock.nanoTime();
    this.deadline = Deadline.inMillis(totalMillis, clock);
    this.end = timer.schedule(this::end, totalMillis, TimeUnit.MILLISECONDS);
    this.cancellation = Cancellation.onCancel(this::end);
  }

  HttpHost host() {
    return host;
  }

  /** Returns when the call started, on the monotonic clock. */
  long startNanos() {
    return startNanos;
  }

  long remainingMillis() {
    return deadline.remainingMillis();
  }

  /** Sets the step of the call that messages name from now on. */
  synchronized void beginStep(String next) {
    step = next;
  }

  /**
   * Sets the socket to close at the deadline.
   *
   * @throws SocketTimeoutException if the deadline has passed; the socket is closed in that case
   */
  synchronized void closeAtDeadline(Socket newSocket) throws SocketTimeoutException {
    if (isExpired) {
      closeQuietly(newSocket);
      throw timedOut();
    }
    socket = newSocket;
  }

  /** Cancels the deadline and returns whether the call completed in time. */
  synchronized boolean complete() {
    close();
    return !isExpired;
  }

  /**
   * Returns the cause of a failure: a timeout if the deadline closed the socket, otherwise the
   * failure itself.
   */
  synchronized IOException cause(IOException failure) {
    if (!isExpired) {
      return failure;
    }
    SocketTimeoutException timeout = timedOut();
    timeout.initCause(failure);
    return timeout;
  }

  private SocketTimeoutException timedOut() {
    return new SocketTimeoutException(
        "the call to "
            + host
            + " was not complete after "
            + Math.round(endMillis / 100.0) / 10.0
            + " s; it was still "
            + step);
  }

  private synchronized void end() {
    isExpired = true;
    endMillis = deadline.totalMillis() - deadline.remainingMillis();
    if (socket != null) {
      closeQuietly(socket);
    }
  }

  @Override
  public synchronized void close() {
    end.cancel(false);
    socket = null;
    cancellation.close();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The socket is closed anyway.
    }
  }
}
