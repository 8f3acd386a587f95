package io.github.alloydbagent.tunnel.socket;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads whole TLS records from a stream that may time out in the middle of one: the bytes of an
 * incomplete record are buffered until the rest arrives. Bytes that are not TLS, and a record
 * truncated by the end of the stream, pass unchanged, so that TLS reports the error.
 *
 * <p>This also saves system calls, because the JDK's TLS reads the header and the body of each
 * record separately.
 */
final class RecordInput extends InputStream {

  private static final int HEADER_BYTES = 5;

  /** RFC 5246 section 6.2.3; RFC 8446 allows less. */
  private static final int MAX_BODY_BYTES = (1 << 14) + 2048;

  /** Content types, from change_cipher_spec to heartbeat: RFC 8446 section 5.1, RFC 6520. */
  private static final int FIRST_TYPE = 20;

  private static final int LAST_TYPE = 24;

  /** Initial buffer size, enough for most statements; idle pools hold many of these buffers. */
  private static final int INITIAL_BUFFER_BYTES = 4096;

  /** Buffer size for a whole record and the beginning of the next one. */
  private static final int MAX_BUFFER_BYTES = 2 * (HEADER_BYTES + MAX_BODY_BYTES);

  private final InputStream from;
  private final ReentrantLock lock = new ReentrantLock();
  private byte[] buffer = new byte[INITIAL_BUFFER_BYTES];
  private int start; // of the bytes not yet returned
  private int recordsEnd; // end of the last complete record
  private int end; // end of the bytes read
  private boolean isNotTls;

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
      while (start == recordsEnd) {
        if (!fill()) {
          return -1;
        }
      }
      int n = Math.min(length, recordsEnd - start);
      System.arraycopy(buffer, start, bytes, offset, n);
      start += n;
      return n;
    } finally {
      lock.unlock();
    }
  }

  /** Never blocks: returns 0 while another thread reads, because that thread gets the bytes. */
  @Override
  public int available() throws IOException {
    if (!lock.tryLock()) {
      return 0;
    }
    try {
      if (start == recordsEnd && from.available() > 0) {
        fill();
      }
      return recordsEnd - start;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    from.close();
  }

  /** Reads once; returns false if the stream has ended and no bytes are left. */
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      recordsEnd -= start;
      start = 0;
    }
    int n = from.read(buffer, end, buffer.length - end);
    if (n < 0) {
      recordsEnd = end;
      return start < recordsEnd;
    }
    end += n;
    if (end == INITIAL_BUFFER_BYTES && buffer.length == INITIAL_BUFFER_BYTES) {
      buffer = Arrays.copyOf(buffer, MAX_BUFFER_BYTES); // more bytes may follow
    }
    while (recordsEnd < end) {
      int next = next();
      if (next > end) {
        break;
      }
      recordsEnd = next;
    }
    return true;
  }

  /**
   * Returns the end of the record that starts at {@code recordsEnd}, beyond {@code end} if the
   * record is incomplete.
   */
  private int next() {
    int type = buffer[recordsEnd] & 0xff;
    if (isNotTls || type < FIRST_TYPE || type > LAST_TYPE) {
      isNotTls = true;
      return end;
    }
    if (end - recordsEnd < HEADER_BYTES) {
      return Integer.MAX_VALUE;
    }
    int body = (buffer[recordsEnd + 3] & 0xff) << 8 | (buffer[recordsEnd + 4] & 0xff);
    if (body > MAX_BODY_BYTES) {
      isNotTls = true;
      return end;
    }
    return recordsEnd + HEADER_BYTES + body;
  }
}
