package io.github.alloydbagent.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Splits bytes into arbitrary chunks, as a network or a driver does. */
public final class Chunks {

  private Chunks() {}

  /**
   * Returns the bytes after the first one in chunks. The first byte determines the sizes: a single
   * chunk, single bytes, or random sizes.
   */
  public static List<byte[]> of(byte[] input) {
    List<byte[]> chunks = new ArrayList<>();
    Random random = new Random(input.length == 0 ? 0 : input[0]);
    int at = 1;
    while (at < input.length) {
      int left = input.length - at;
      int size = input[0] == 0 ? left : input[0] == 1 ? 1 : 1 + random.nextInt(left);
      chunks.add(Arrays.copyOfRange(input, at, at + size));
      at += size;
    }
    return chunks;
  }

  /** Returns the bytes after the first one. */
  public static byte[] content(byte[] input) {
    return input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
  }

  /** A stream whose reads end at the ends of chunks, and that counts the bytes read. */
  public static final class Stream extends InputStream {
    private final List<byte[]> chunks;
    private int next;
    private InputStream chunk = new ByteArrayInputStream(new byte[0]);
    private int read;

    public Stream(byte[] input) {
      this.chunks = of(input);
    }

    /** Returns the number of bytes read so far. */
    public int count() {
      return read;
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
      if (chunk.available() == 0) {
        if (next == chunks.size()) {
          return -1;
        }
        chunk = new ByteArrayInputStream(chunks.get(next++));
      }
      int n = chunk.read(bytes, offset, length);
      read += n;
      return n;
    }

    /** Returns the rest of the current chunk. */
    @Override
    public int available() throws IOException {
      return chunk.available();
    }
  }
}
