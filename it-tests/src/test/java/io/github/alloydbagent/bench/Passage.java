package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;

/** The route of connections; the instance's counters verify that connections took it. */
enum Passage {
  /** Bypasses the instance. */
  DIRECT(0, 0),
  /** Through the instance, with TLS only. */
  FORWARDED(1, 0),
  /** Through the instance, with the metadata exchange. */
  TUNNELLED(1, 1),
  /** The same, with warm tunnels, some of which may remain unused. */
  TUNNELLED_AHEAD(1, 1);

  private final int handshakes;
  private final int exchanges;

  Passage(int handshakes, int exchanges) {
    this.handshakes = handshakes;
    this.exchanges = exchanges;
  }

  /** The instance's counters. */
  record Seen(long handshakes, long exchanges, long logins) {
    static Seen at(LocalInstance instance) {
      return new Seen(
          instance.count(Served.HANDSHAKE),
          instance.count(Served.EXCHANGE),
          instance.count(Served.STARTUP));
    }
  }

  /** Asserts that this many connections took the route, and no others. */
  void check(Seen before, Seen after, long connections) {
    assertThat(after.logins() - before.logins()).isEqualTo(connections * exchanges);
    if (this == TUNNELLED_AHEAD) {
      assertThat(after.exchanges() - before.exchanges()).isGreaterThanOrEqualTo(connections);
    } else {
      assertThat(after.handshakes() - before.handshakes()).isEqualTo(connections * handshakes);
      assertThat(after.exchanges() - before.exchanges()).isEqualTo(connections * exchanges);
    }
  }
}
