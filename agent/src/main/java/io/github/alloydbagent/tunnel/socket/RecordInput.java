package io.github.alloydbagent.tunnel.socket;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whole TLS records from a stream that may time out in the middle of one: what has come of an
 * incomplete record waits here until the rest is there. Bytes that are no TLS, and a record cut off
 * by the end of the stream, pass as they are, for TLS to complain about.
 *
 * <p>Also saves system calls: the JDK's TLS reads each record's header and body by themselves.
 */
final class RecordInput extends InputStream {

  private static final int HEADER = 5;

  /** RFC 5246 section 6.2.3, more than RFC 8446 allows. */
  private static final int LONGEST_BODY = (1 << 14) + 2048;

  /** Content types, from change_cipher_spec to heartbeat: RFC 8446 section 5.1, RFC 6520. */
  private static final int FIRST_TYPE = 20;

  private static final int LAST_TYPE = 24;

  /** Bytes that are enough for most statements: an idle pool has many of these. */
  private static final int SHORT = 4096;

  /** Room for a whole record and what is there of the next. */
  private static final int LONG = 2 * (HEADER + LONGEST_BODY);

  private final InputStream from;
  private final ReentrantLock lock = new ReentrantLock();
  private byte[] buffer = new byte[SHORT];
  private int start; // of what has not been given out
  private int whole; // end of the last whole record
  private int end; // of what has been read
  private boolean noTls;

  RecordInput(InputStream from) {
    this.from = from;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    lock.lock();
    try {
      while (start == whole) {
        if (!fill()) {
          return -1;
        }
      }
      int n = Math.min(length, whole - start);
      System.arraycopy(buffer, start, bytes, offset, n);
      start += n;
      return n;
    } finally {
      lock.unlock();
    }
  }

  /** Never waits: 0 while another thread is reading, since what comes is that thread's. */
  @Override
  public int available() throws IOException {
    if (!lock.tryLock()) {
      return 0;
    }
    try {
      if (start == whole && from.available() > 0) {
        fill();
      }
      return whole - start;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    from.close();
  }

  /** Reads once; false when the stream has ended and nothing is left. */
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      whole -= start;
      start = 0;
    }
    int n = from.read(buffer, end, buffer.length - end);
    if (n < 0) {
      whole = end;
      return start < whole;
    }
    end += n;
    if (end == SHORT && buffer.length == SHORT) {
      buffer = Arrays.copyOf(buffer, LONG); // there may be more
    }
    while (whole < end) {
      int next = next();
      if (next > end) {
        break;
      }
      whole = next;
    }
    return true;
  }

  /** The end of the record that starts at {@code whole}; beyond {@code end} if it is not there. */
  private int next() {
    int type = buffer[whole] & 0xff;
    if (noTls || type < FIRST_TYPE || type > LAST_TYPE) {
      noTls = true;
      return end;
    }
    if (end - whole < HEADER) {
      return Integer.MAX_VALUE;
    }
    int body = (buffer[whole + 3] & 0xff) << 8 | (buffer[whole + 4] & 0xff);
    if (body > LONGEST_BODY) {
      noTls = true;
      return end;
    }
    return whole + HEADER + body;
  }
}
