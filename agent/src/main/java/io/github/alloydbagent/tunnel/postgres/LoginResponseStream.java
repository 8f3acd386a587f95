package io.github.alloydbagent.tunnel.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Inspects the server's responses to an IAM login until the login succeeds or fails, and adds a
 * hint to a refusal that names the principal of the tunnel. All other bytes pass unchanged,
 * including unexpected ones.
 *
 * <p>Must be read by one thread at a time. Messages may arrive in any fragments, and a read that
 * times out loses no bytes.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
public final class LoginResponseStream extends InputStream {
  /**
   * Maximum size of an inspected message in bytes; drivers treat an error of more than 30,000 bytes
   * as invalid.
   */
  private static final int MAX_MESSAGE_BYTES = 16 * 1024;

  private static final int HEADER_BYTES = 5;

  private static final int OK = 0;
  private static final int CLEARTEXT_PASSWORD = 3;
  private static final int MD5_PASSWORD = 5;
  private static final int SASL = 10;

  private final InputStream in;
  private final StartupMessageRewriter startup;
  private final IamLogin login;
  private byte[] buffer = new byte[512];
  private int start; // of the bytes not yet returned
  private int readyEnd; // end of the bytes that may be returned
  private int end; // end of the bytes read
  private boolean isAuthenticated;
  private boolean isDecided;

  public LoginResponseStream(InputStream in, StartupMessageRewriter startup, IamLogin login) {
    this.in = in;
    this.startup = startup;
    this.login = login;
  }

  @Override
  public int read() throws IOException {
    if (isDecided && start == readyEnd) {
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
    while (start == readyEnd) {
      if (isDecided) {
        return in.read(bytes, offset, length);
      }
      fill(buffer.length - end);
    }
    int n = Math.min(length, readyEnd - start);
    System.arraycopy(buffer, start, bytes, offset, n);
    start += n;
    if (isDecided && start == readyEnd) {
      buffer = new byte[0];
      start = 0;
      readyEnd = 0;
    }
    return n;
  }

  /** Never blocks. */
  @Override
  public int available() throws IOException {
    while (!isDecided && start == readyEnd && in.available() > 0) {
      fill(Math.min(in.available(), buffer.length - end));
    }
    return readyEnd - start + (isDecided ? in.available() : 0);
  }

  /** Reads once; the buffer must have room for at least one byte. */
  private void fill(int atMost) throws IOException {
    int n = in.read(buffer, end, atMost);
    if (n < 0) {
      passEverything();
      return;
    }
    end += n;
    parseMessages();
    if (!isDecided && end == buffer.length) {
      makeRoom();
    }
  }

  private void makeRoom() {
    byte[] longer = new byte[Math.max(buffer.length, 2 * (end - start))];
    System.arraycopy(buffer, start, longer, 0, end - start);
    buffer = longer;
    readyEnd -= start;
    end -= start;
    start = 0;
  }

  /** Passes all buffered and all further bytes to the driver. */
  private void passEverything() {
    isDecided = true;
    readyEnd = end;
  }

  /** Releases the messages that are complete. */
  private void parseMessages() {
    String asked = startup.requestedUser();
    if (asked == null) { // the response to an SSL, GSS or cancel request, which is not a message
      readyEnd = end;
      return;
    }
    while (!isDecided && readyEnd < end) {
      byte type = buffer[readyEnd];
      if (type != 'E' && type != 'N' && (isAuthenticated || (type != 'R' && type != 'v'))) {
        passEverything();
        return;
      }
      if (end - readyEnd < HEADER_BYTES) {
        return;
      }
      int length = ByteBuffer.wrap(buffer).getInt(readyEnd + 1);
      if (length < 4 || length > MAX_MESSAGE_BYTES) {
        passEverything();
        return;
      }
      if (end - readyEnd < 1 + length) {
        return;
      }
      int next = readyEnd + 1 + length;
      if (type == 'E') {
        addHint(next, asked);
        return;
      }
      if (type == 'R') {
        handleAuthentication(length, asked);
      }
      readyEnd = next;
    }
  }

  private void handleAuthentication(int length, String asked) {
    int code = length < 8 ? -1 : ByteBuffer.wrap(buffer).getInt(readyEnd + HEADER_BYTES);
    if (code == OK) {
      isAuthenticated = true; // the server looks up the role next
    } else if (code == CLEARTEXT_PASSWORD || code == MD5_PASSWORD || code == SASL) {
      login.passwordRequested(asked);
    }
  }

  private void addHint(int next, String asked) {
    byte[] message = Arrays.copyOfRange(buffer, readyEnd, next);
    byte[] hinted = ErrorResponseHint.addTo(message, () -> login.hint(asked));
    byte[] all = new byte[readyEnd - start + hinted.length + end - next];
    System.arraycopy(buffer, start, all, 0, readyEnd - start);
    System.arraycopy(hinted, 0, all, readyEnd - start, hinted.length);
    System.arraycopy(buffer, next, all, readyEnd - start + hinted.length, end - next);
    buffer = all;
    start = 0;
    end = all.length;
    passEverything();
  }
}
