package apps;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Generates numbered rows for COPY while they are read, and compares them when they come back. */
final class CopiedRows extends InputStream {

  private static final byte[] FILLER = new byte[1000];

  static {
    Arrays.fill(FILLER, (byte) 'x');
  }

  private final long length;
  private long position;
  private byte[] row = {};
  private int used;
  private int number;

  /** Generates this many bytes, or up to one row more. */
  CopiedRows(long length) {
    this.length = length;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0];
  }

  /**
   * Fills the whole target: some drivers send each returned piece separately, which takes a
   * millisecond.
   */
  @Override
  public int read(byte[] target, int offset, int count) {
    int read = 0;
    while (read < count && (used < row.length || next())) {
      int part = Math.min(count - read, row.length - used);
      System.arraycopy(row, used, target, offset + read, part);
      used += part;
      read += part;
    }
    return read == 0 && count > 0 ? -1 : read;
  }

  private boolean next() {
    if (position >= length) {
      return false;
    }
    byte[] head = (number++ + " ").getBytes(StandardCharsets.US_ASCII);
    row = Arrays.copyOf(head, head.length + FILLER.length + 1);
    System.arraycopy(FILLER, 0, row, head.length, FILLER.length);
    row[row.length - 1] = '\n';
    used = 0;
    position += row.length;
    return true;
  }

  /** Returns a stream that accepts exactly the same rows. */
  Compared compared() {
    return new Compared(this);
  }

  /** Compares written data with the rows. */
  static final class Compared extends OutputStream {

    private final CopiedRows expected;
    private final byte[] buffer = new byte[1 << 16];
    private long written;

    private Compared(CopiedRows expected) {
      this.expected = expected;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      for (int done = 0; done < count; ) {
        int read = expected.read(buffer, 0, Math.min(buffer.length, count - done));
        if (read < 0) {
          throw new IOException("more came back than was sent");
        }
        for (int i = 0; i < read; i++) {
          if (buffer[i] != bytes[offset + done + i]) {
            throw new IOException("what came back differs at byte " + (written + i));
          }
        }
        done += read;
        written += read;
      }
    }

    /** Returns the number of received bytes, all of which were correct. */
    long bytes() throws IOException {
      if (expected.read() >= 0) {
        throw new IOException("only " + written + " bytes came back");
      }
      return written;
    }
  }
}
