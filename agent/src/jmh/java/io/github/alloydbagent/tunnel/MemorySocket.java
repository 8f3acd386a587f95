package io.github.alloydbagent.tunnel;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A connected socket whose reads repeat one array, and which discards all writes. */
public final class MemorySocket extends Socket {
  private final InputStream in;

  public MemorySocket(byte[] endless) {
    in = new Endless(endless);
  }

  @Override
  public InputStream getInputStream() {
    return in;
  }

  @Override
  public OutputStream getOutputStream() {
    return new Nowhere();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public InetAddress getInetAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public int getPort() {
    return 5433;
  }

  @Override
  public int getSoTimeout() {
    return 0;
  }

  /** A stream that repeats an array; a read ends at the end of the array. */
  public static final class Endless extends InputStream {
    private final byte[] bytes;
    private int at;

    public Endless(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      int next = bytes[at] & 0xff;
      at = at + 1 == bytes.length ? 0 : at + 1;
      return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = Math.min(length, bytes.length - at);
      System.arraycopy(bytes, at, into, offset, count);
      at = at + count == bytes.length ? 0 : at + count;
      return count;
    }

    @Override
    public int available() {
      return bytes.length - at;
    }
  }

  /** A stream that copies written bytes, as every stream must, and discards them. */
  static final class Nowhere extends OutputStream {
    private final byte[] last = new byte[1 << 15];

    @Override
    public void write(int value) {
      last[0] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      System.arraycopy(bytes, offset, last, 0, length);
    }
  }
}
