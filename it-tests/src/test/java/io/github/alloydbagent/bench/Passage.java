package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;

/** The way that connections take; what the instance has seen of them proves that they took it. */
enum Passage {
  /** Past the instance. */
  DIRECT(0, 0),
  /** Through the instance, TLS alone. */
  FORWARDED(1, 0),
  /** Through the instance, with the metadata exchange. */
  TUNNELLED(1, 1),
  /** The same, with tunnels in stock that may be left over. */
  TUNNELLED_AHEAD(1, 1);

  private final int handshakes;
  private final int exchanges;

  Passage(int handshakes, int exchanges) {
    this.handshakes = handshakes;
    this.exchanges = exchanges;
  }

  /** What an instance has served so far. */
  record Seen(long handshakes, long exchanges, long logins) {
    static Seen at(LocalInstance instance) {
      return new Seen(
          instance.count(Served.HANDSHAKE),
          instance.count(Served.EXCHANGE),
          instance.count(Served.STARTUP));
    }
  }

  /** So many connections came this way, and no others. */
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
