package io.github.alloydbagent.web;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the port: a request and its answer, with one deadline over both. The deadline
 * closes the socket, since a socket's own timeout begins again with every byte.
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

  /** Closes the connection after so many milliseconds, instead of when it was due before. */
  synchronized void endIn(long millis) {
    if (!closed) {
      cancelEnd();
      end = timer.schedule(this::close, millis, TimeUnit.MILLISECONDS);
    }
  }

  /** Whether its request has instances dialed, which takes longer than the other requests. */
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
      // it is closed all the same
    }
  }

  private void cancelEnd() {
    if (end != null) {
      end.cancel(false);
    }
  }
}
