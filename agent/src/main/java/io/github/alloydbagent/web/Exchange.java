package io.github.alloydbagent.web;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the port: a request and its response, with one deadline for both. The deadline
 * closes the socket, since the timeout of a socket starts again with every byte.
 */
final class Exchange {
  private final Socket socket;
  private final ScheduledExecutorService timer;
  private @Nullable ScheduledFuture<?> end; // guarded by this
  private boolean closed; // guarded by this
  private boolean dialing; // guarded by this

  Exchange(Socket socket, ScheduledExecutorService timer) {
    this.socket = socket;
    this.timer = timer;
  }

  Socket socket() {
    return socket;
  }

  /**
   * Sets the deadline: closes the connection after the given milliseconds, instead of at the
   * previous deadline.
   */
  synchronized void endIn(long millis) {
    if (!closed) {
      cancelEnd();
      end = timer.schedule(this::close, millis, TimeUnit.MILLISECONDS);
    }
  }

  /** Returns whether the request dials instances, which takes longer than other requests. */
  synchronized boolean isDialing() {
    return dialing;
  }

  synchronized void setDialing() {
    dialing = true;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized void close() {
    closed = true;
    cancelEnd();
    try {
      socket.close();
    } catch (IOException e) {
      // the socket is closed nevertheless
    }
  }

  private void cancelEnd() {
    if (end != null) {
      end.cancel(false);
    }
  }
}
