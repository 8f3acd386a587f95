package io.github.alloydbagent.http;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;

/** A connection to one host, used by one call at a time. */
final class ApiConnection extends DefaultBHttpClientConnection {
  private static final long MAX_AGE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final HttpHost host;
  private final Clock clock;
  private final long openedNanos;
  private @Nullable Socket tcp;
  private volatile long usedNanos;

  ApiConnection(HttpHost host, Clock clock) {
    super(ResponseLimits.HEADER_LIMITS);
    this.host = host;
    this.clock = clock;
    this.openedNanos = clock.nanoTime();
    this.usedNanos = openedNanos;
  }

  boolean isTo(HttpHost other) {
    return host.equals(other);
  }

  /** Called when the connection has delivered a complete response. */
  void markUsed() {
    usedNanos = clock.nanoTime();
  }

  /** Returns whether the last response was complete before this time of the monotonic clock. */
  boolean isUnusedSince(long nanos) {
    return usedNanos - nanos < 0;
  }

  boolean hasExpired() {
    return remainingNanos() <= 0;
  }

  /** Returns the nanoseconds until the connection is too old for another call. */
  long remainingNanos() {
    return MAX_AGE_NANOS - (clock.nanoTime() - openedNanos);
  }

  /**
   * Returns the TCP socket, for closing the connection from another thread: unlike closing TLS,
   * that never blocks.
   */
  Socket tcp() {
    return Objects.requireNonNull(tcp);
  }

  /** Closes the connection without TLS's farewell, which may block if the connection is lost. */
  void abort() {
    try {
      tcp().close();
    } catch (IOException e) {
      // The socket is closed anyway.
    } finally {
      close(CloseMode.IMMEDIATE);
    }
  }

  /** Binds the connection to a socket over which TLS may be layered later. */
  void bindTcp(Socket socket) throws IOException {
    tcp = socket;
    bind(socket);
  }

  /** Returns whether the peer has not closed the connection, as far as this side can detect. */
  boolean isUsable() {
    try {
      return !isStale();
    } catch (IOException e) {
      return false;
    }
  }
}
