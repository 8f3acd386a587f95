package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.status.TunnelTraffic;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;

/**
 * What a driver reads: TLS's input, with an {@code available} that tells of data that has come but
 * not been decrypted. TLS says 0 then, and drivers that poll for notifications (pgjdbc 8.1 to
 * 42.2.4) would see none before their next statement.
 *
 * <p>For one reading thread at a time.
 */
final class TunnelInput extends InputStream {

  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final TunnelSocket socket;
  private final InputStream from;
  private final TunnelTraffic traffic;
  private final ReentrantLock timeoutLock = new ReentrantLock(); // a monitor pins virtual threads
  private int peeked = -1;

  /**
   * @param from TLS's input, or what has a look at it first
   */
  TunnelInput(
      SSLSocket tls,
      RecordSocket tcp,
      TunnelSocket socket,
      InputStream from,
      TunnelTraffic traffic) {
    this.tls = tls;
    this.tcp = tcp;
    this.socket = socket;
    this.from = from;
    this.traffic = traffic;
  }

  @Override
  public int read() throws IOException {
    if (peeked < 0) {
      int read = endedByServer(from.read());
      traffic.received(read < 0 ? read : 1);
      return read;
    }
    traffic.received(1);
    int next = peeked;
    peeked = -1;
    return next;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (peeked < 0 || length == 0) {
      int read = endedByServer(from.read(bytes, offset, length));
      traffic.received(read);
      return read;
    }
    bytes[offset] = (byte) peeked;
    peeked = -1;
    int more = Math.min(length - 1, from.available());
    int read = 1 + (more > 0 ? Math.max(0, from.read(bytes, offset + 1, more)) : 0);
    traffic.received(read);
    return read;
  }

  /**
   * Decrypts a record that is wholly there, to see whether there is data in it: it may be TLS's
   * own, such as a session ticket.
   */
  @Override
  public int available() throws IOException {
    socket.refuseIfClosed();
    if (peeked < 0 && from.available() == 0 && tcp.available() > 0) {
      peek();
    }
    return (peeked < 0 ? 0 : 1) + from.available();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  void setTimeout(int milliseconds) throws SocketException {
    timeoutLock.lock();
    try {
      tls.setSoTimeout(milliseconds);
    } finally {
      timeoutLock.unlock();
    }
  }

  int timeout() throws SocketException {
    timeoutLock.lock();
    try {
      return tls.getSoTimeout();
    } finally {
      timeoutLock.unlock();
    }
  }

  /** TLS says end of stream for a socket that was closed here, too; a plain socket throws. */
  private int endedByServer(int read) throws SocketException {
    if (read < 0) {
      socket.refuseIfClosed();
    }
    return read;
  }

  private void peek() throws IOException {
    timeoutLock.lock();
    try {
      int timeout = tls.getSoTimeout();
      tls.setSoTimeout(1);
      try {
        peeked = from.read();
      } catch (SocketTimeoutException onlyRecordsOfTls) {
        // nothing for the driver
      } finally {
        if (!tls.isClosed()) {
          tls.setSoTimeout(timeout);
        }
      }
    } finally {
      timeoutLock.unlock();
    }
  }
}
