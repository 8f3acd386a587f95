package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.status.TunnelTraffic;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** What a driver writes to: TLS's output, which knows whether a write is under way. */
final class TunnelOutput extends OutputStream {

  private final OutputStream to;
  private final TunnelSocket socket;
  private final TunnelTraffic traffic;
  private final AtomicInteger writing = new AtomicInteger();

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
    // announced before looking whether the socket is closed: close does it the other way round,
    // so that one of the two always sees the other
    writing.incrementAndGet();
    try {
      socket.refuseIfClosed();
      to.write(bytes, offset, length);
      traffic.sent(length);
    } finally {
      writing.decrementAndGet();
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
    return writing.get() > 0;
  }
}
