package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.status.TunnelTraffic;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The output stream of a driver's socket: TLS's output, which tracks whether a write is in
 * progress.
 */
final class TunnelOutput extends OutputStream {

  private final OutputStream to;
  private final TunnelSocket socket;
  private final TunnelTraffic traffic;
  private final AtomicInteger activeWrites = new AtomicInteger();

  TunnelOutput(OutputStream to, TunnelSocket socket, TunnelTraffic traffic) {
    this.to = to;
    this.socket = socket;
    this.traffic = traffic;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    // Increments before checking whether the socket is closed. TunnelSocket.close uses the opposite
    // order, so at least one of the two notices the other.
    activeWrites.incrementAndGet();
    try {
      socket.requireOpen();
      to.write(bytes, offset, length);
      traffic.sent(length);
    } finally {
      activeWrites.decrementAndGet();
    }
  }

  @Override
  public void flush() throws IOException {
    to.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  boolean isWriting() {
    return activeWrites.get() > 0;
  }
}
