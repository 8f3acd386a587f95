package io.github.alloydbagent.web;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits the open connections to the port. A connection beyond the limit closes the oldest one, so
 * that connections that never send a request cannot block a probe. Requests that dial instances
 * have a separate limit, and no other request waits for them. Thread-safe.
 */
final class Exchanges {

  /** Deadline of a request and its response. */
  static final long REQUEST_TIMEOUT_MILLIS = 5_000;

  /** Deadline of a request that dials instances, each with its own connect timeout. */
  static final long DIAL_TIMEOUT_MILLIS = 90_000;

  /** Upper bound on connections whose requests do not dial. */
  static final int MAX_QUICK_EXCHANGES = 8;

  /** Upper bound on concurrent requests that dial. */
  static final int MAX_DIALING = 4;

  private final Deque<Exchange> quick = new ArrayDeque<>(); // oldest first; guarded by itself
  private int dialing; // guarded by quick

  /** Adds a new connection, and closes the oldest one if there are too many. */
  void add(Exchange exchange) {
    exchange.endIn(REQUEST_TIMEOUT_MILLIS);
    Exchange oldest;
    synchronized (quick) {
      quick.addLast(exchange);
      oldest = quick.size() > MAX_QUICK_EXCHANGES ? quick.removeFirst() : null;
    }
    if (oldest != null) {
      oldest.close();
    }
  }

  /** Returns whether the request of this connection may dial, and if so, extends its deadline. */
  boolean tryStartDialing(Exchange exchange) {
    synchronized (quick) {
      if (dialing == MAX_DIALING) {
        return false;
      }
      dialing++;
      quick.remove(exchange);
      exchange.setDialing();
    }
    exchange.endIn(DIAL_TIMEOUT_MILLIS);
    return true;
  }

  /** Closes and removes a connection. */
  void end(Exchange exchange) {
    synchronized (quick) {
      if (exchange.isDialing()) {
        dialing--;
      } else {
        quick.remove(exchange);
      }
    }
    exchange.close();
  }
}
