package io.github.alloydbagent.tunnel.socket;

import io.github.alloydbagent.status.TunnelTraffic;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLSocket;

/**
 * The input stream of a driver's socket: TLS's input with an {@code available} that includes data
 * that has arrived but is not decrypted yet. TLS returns 0 in that case, and drivers that poll for
 * notifications (pgjdbc 8.1 to 42.2.4) would see none before their next statement.
 *
 * <p>Must be read by one thread at a time.
 */
final class TunnelInput extends InputStream {

  private final SSLSocket tls;
  private final RecordSocket tcp;
  private final TunnelSocket socket;
  private final InputStream from;
  private final TunnelTraffic traffic;
  private final ReentrantLock timeoutLock =
      new ReentrantLock(); // a monitor would pin virtual threads
  private int peeked = -1;

  /**
   * @param from TLS's input, or a stream that inspects it first
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
   * Decrypts a record that has arrived completely, to find out whether it contains data: it may be
   * a TLS message, such as a session ticket.
   */
  @Override
  public int available() throws IOException {
    socket.requireOpen();
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

  /**
   * Throws if this side has closed the socket: TLS reports the end of the stream in that case, too,
   * but a plain socket throws.
   */
  private int endedByServer(int read) throws SocketException {
    if (read < 0) {
      socket.requireOpen();
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
        // No data for the driver.
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
