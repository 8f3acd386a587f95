package io.github.alloydbagent.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;

/** A connection to one host; for one call at a time. */
final class ApiConnection extends DefaultBHttpClientConnection {
  private static final long LIFE = TimeUnit.MINUTES.toNanos(1);

  private final HttpHost host;
  private final long opened = System.nanoTime();

  ApiConnection(HttpHost host) {
    super(AnswerLimit.HEADERS);
    this.host = host;
  }

  boolean leadsTo(HttpHost wanted) {
    return host.equals(wanted);
  }

  boolean isOld() {
    return System.nanoTime() - opened > LIFE;
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
