package io.github.alloydbagent.status;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the bytes of one tunnel, as the driver sees them, and adds them to the counters of its
 * instance. One thread at a time may receive, and one may send.
 */
public final class TunnelTraffic {
  private final InstanceStatus status;
  private final LongAdder allReceived;
  private final LongAdder allSent;
  private final long startNanos = System.nanoTime();
  private long received;
  private long sent;

  TunnelTraffic(InstanceStatus status, LongAdder allReceived, LongAdder allSent) {
    this.status = status;
    this.allReceived = allReceived;
    this.allSent = allSent;
  }

  /** Counts received bytes; a negative number, which is the end of the stream, counts as 0. */
  public void received(int bytes) {
    if (bytes > 0) {
      received += bytes;
      allReceived.add(bytes);
    }
  }

  public void sent(int bytes) {
    sent += bytes;
    allSent.add(bytes);
  }

  /** Records the end of the tunnel; called once. */
  public void closed() {
    Events events = status.events();
    Object event = events.begin(EventKind.TUNNEL_CLOSED);
    if (event != null) {
      long open = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
      events.endTunnel(event, status.instance(), open, received, sent);
    }
  }
}
