package io.github.alloydbagent.web;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The open connections to the port. There are never more than a few: one too many closes the
 * oldest, so that connections whose request never comes cannot keep a probe out. Requests that dial
 * instances have a limit of their own, and no other request waits for them. Any thread.
 */
final class Exchanges {

  /** Milliseconds for a request to come and its answer to be taken. */
  static final long REQUEST_MILLIS = 5_000;

  /** Milliseconds for a request that dials: each instance has its own connect timeout. */
  static final long DIAL_MILLIS = 90_000;

  /** Connections at a time whose requests do not dial. */
  static final int MAX_QUICK = 8;

  /** Requests at a time that dial. */
  static final int MAX_DIALING = 4;

  private final Deque<Exchange> quick = new ArrayDeque<>(); // the oldest first; guarded by itself
  private int dialing; // guarded by quick

  /** Adds a new connection, and closes the oldest one if there are too many. */
  void add(Exchange exchange) {
    exchange.endIn(REQUEST_MILLIS);
    Exchange oldest;
    synchronized (quick) {
      quick.addLast(exchange);
      oldest = quick.size() > MAX_QUICK ? quick.removeFirst() : null;
    }
    if (oldest != null) {
      oldest.close();
    }
  }

  /** Whether this connection's request may dial; if so, it gets more time. */
  boolean mayDial(Exchange exchange) {
    synchronized (quick) {
      if (dialing == MAX_DIALING) {
        return false;
      }
      dialing++;
      quick.remove(exchange);
      exchange.setDialing();
    }
    exchange.endIn(DIAL_MILLIS);
    return true;
  }

  /** Closes a connection, and forgets it. */
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
