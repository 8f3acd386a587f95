package io.github.alloydbagent.http;

import io.github.alloydbagent.time.Clock;
import java.io.IOException;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.jspecify.annotations.Nullable;

/** A connection to one host; for one call at a time. */
final class ApiConnection extends DefaultBHttpClientConnection {
  private static final long LIFE = TimeUnit.MINUTES.toNanos(1);

  private final HttpHost host;
  private final Clock clock;
  private final long opened;
  private @Nullable Socket tcp;

  ApiConnection(HttpHost host, Clock clock) {
    super(ResponseLimits.HEADERS);
    this.host = host;
    this.clock = clock;
    this.opened = clock.nanoTime();
  }

  boolean leadsTo(HttpHost wanted) {
    return host.equals(wanted);
  }

  boolean isOld() {
    return remainingNanos() <= 0;
  }

  /** Until it is old. */
  long remainingNanos() {
    return LIFE - (clock.nanoTime() - opened);
  }

  /** What is closed to end it from another thread; never waits, as closing TLS may. */
  Socket tcp() {
    return Objects.requireNonNull(tcp);
  }

  /** Binds it to a socket, which TLS may later be layered over. */
  void bindTcp(Socket socket) throws IOException {
    tcp = socket;
    bind(socket);
  }

  /** Whether the other end has not closed it, as far as can be told. */
  boolean isUsable() {
    try {
      return !isStale();
    } catch (IOException e) {
      return false;
    }
  }
}
