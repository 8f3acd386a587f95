package io.github.alloydbagent.tunnel.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Looks at what a server answers to an IAM login, until that is decided: a refusal gets a hint that
 * says as whom the tunnel speaks. Everything else passes as it is, what is strange above all.
 *
 * <p>For one reading thread at a time. Bytes come in any pieces; a read that times out loses none.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
public final class LoginResponseStream extends InputStream {
  /** Bytes of a message that is looked at; a driver takes an error over 30,000 for none. */
  private static final int LONGEST = 16 * 1024;

  private static final int HEADER = 5;

  private static final int OK = 0;
  private static final int CLEARTEXT_PASSWORD = 3;
  private static final int MD5_PASSWORD = 5;
  private static final int SASL = 10;

  private final InputStream in;
  private final StartupMessageRewriter startup;
  private final IamLogin login;
  private byte[] held = new byte[512];
  private int start; // of what has not been handed out
  private int ready; // end of what may be
  private int end; // of what has been read
  private boolean authenticated;
  private boolean decided;

  public LoginResponseStream(InputStream in, StartupMessageRewriter startup, IamLogin login) {
    this.in = in;
    this.startup = startup;
    this.login = login;
  }

  @Override
  public int read() throws IOException {
    if (decided && start == ready) {
      return in.read();
    }
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (start == ready) {
      if (decided) {
        return in.read(bytes, offset, length);
      }
      fill(held.length - end);
    }
    int n = Math.min(length, ready - start);
    System.arraycopy(held, start, bytes, offset, n);
    start += n;
    if (decided && start == ready) {
      held = new byte[0];
      start = 0;
      ready = 0;
    }
    return n;
  }

  /** Never waits. */
  @Override
  public int available() throws IOException {
    while (!decided && start == ready && in.available() > 0) {
      fill(Math.min(in.available(), held.length - end));
    }
    return ready - start + (decided ? in.available() : 0);
  }

  /** Reads once, with room for one byte at least. */
  private void fill(int atMost) throws IOException {
    int n = in.read(held, end, atMost);
    if (n < 0) {
      pass();
      return;
    }
    end += n;
    look();
    if (!decided && end == held.length) {
      makeRoom();
    }
  }

  private void makeRoom() {
    byte[] longer = new byte[Math.max(held.length, 2 * (end - start))];
    System.arraycopy(held, start, longer, 0, end - start);
    held = longer;
    ready -= start;
    end -= start;
    start = 0;
  }

  /** Whatever is there or comes is the driver's. */
  private void pass() {
    decided = true;
    ready = end;
  }

  /** Lets messages through that are wholly there. */
  private void look() {
    String asked = startup.asked();
    if (asked == null) { // an answer to something else; its bytes are no messages
      ready = end;
      return;
    }
    while (!decided && ready < end) {
      byte type = held[ready];
      if (type != 'E' && type != 'N' && (authenticated || (type != 'R' && type != 'v'))) {
        pass();
        return;
      }
      if (end - ready < HEADER) {
        return;
      }
      int length = ByteBuffer.wrap(held).getInt(ready + 1);
      if (length < 4 || length > LONGEST) {
        pass();
        return;
      }
      if (end - ready < 1 + length) {
        return;
      }
      int next = ready + 1 + length;
      if (type == 'E') {
        refused(next, asked);
        return;
      }
      if (type == 'R') {
        answered(length, asked);
      }
      ready = next;
    }
  }

  private void answered(int length, String asked) {
    int code = length < 8 ? -1 : ByteBuffer.wrap(held).getInt(ready + HEADER);
    if (code == OK) {
      authenticated = true; // and the role is looked up next
    } else if (code == CLEARTEXT_PASSWORD || code == MD5_PASSWORD || code == SASL) {
      login.passwordAsked(asked);
    }
  }

  private void refused(int next, String asked) {
    byte[] message = Arrays.copyOfRange(held, ready, next);
    byte[] told = ErrorResponseHint.added(message, () -> login.hint(asked));
    byte[] all = new byte[ready - start + told.length + end - next];
    System.arraycopy(held, start, all, 0, ready - start);
    System.arraycopy(told, 0, all, ready - start, told.length);
    System.arraycopy(held, next, all, ready - start + told.length, end - next);
    held = all;
    start = 0;
    end = all.length;
    pass();
  }
}
