package io.github.alloydbagent.tunnel.postgres;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the user from a driver's startup message, or replaces the user with another one. All other
 * bytes pass unchanged, including cancel requests.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/current/protocol-message-formats.html">StartupMessage
 *     (F)</a>
 */
public final class StartupMessageRewriter extends FilterOutputStream {
  private static final int PROTOCOL_3 = 3;
  private static final int SSL_REQUEST = 80877103;
  private static final int GSSENC_REQUEST = 80877104;

  /** PostgreSQL's own limit, MAX_STARTUP_PACKET_LENGTH in pqcomm.h. */
  private static final int MAX_STARTUP_BYTES = 10_000;

  private final byte @Nullable [] user;

  /** The written bytes of the first message; null once the message is forwarded. */
  private @Nullable ByteArrayOutputStream pending = new ByteArrayOutputStream(256);

  /** The known size of the first message: its length and its code take eight bytes. */
  private int neededBytes = 8;

  private volatile @Nullable String requestedUser;

  /**
   * @param user the user to log in as, or null for the driver's own user
   */
  public StartupMessageRewriter(OutputStream to, @Nullable String user) {
    super(to);
    this.user = user == null ? null : user.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns the user in the startup message, or null if no startup message of protocol version 3
   * was sent yet. Thread-safe.
   */
  @Nullable String requestedUser() {
    return requestedUser;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteArrayOutputStream held = pending;
    if (held == null) {
      out.write(bytes, offset, length);
      return;
    }
    held.write(bytes, offset, length);
    if (held.size() < neededBytes) {
      return;
    }
    byte[] message = held.toByteArray();
    while (pending != null && message.length >= 8) {
      int announced = ByteBuffer.wrap(message).getInt();
      if (announced < 8 || announced > MAX_STARTUP_BYTES) {
        pass(message, message.length);
        return;
      }
      if (message.length < announced) {
        neededBytes = announced;
        return;
      }
      message = forwardFirst(message, announced);
    }
  }

  /** Forwards the first message and returns the bytes that follow it. */
  private byte[] forwardFirst(byte[] message, int end) throws IOException {
    int code = ByteBuffer.wrap(message).getInt(4);
    byte[] rest = Arrays.copyOfRange(message, end, message.length);
    if (code == SSL_REQUEST || code == GSSENC_REQUEST) { // followed by the startup message
      out.write(message, 0, end);
      ByteArrayOutputStream next = new ByteArrayOutputStream(256);
      next.write(rest, 0, rest.length);
      pending = next;
      neededBytes = 8;
      return rest;
    }
    pending = null;
    if (code >>> 16 == PROTOCOL_3) {
      forwardStartup(Arrays.copyOf(message, end));
    } else {
      out.write(message, 0, end);
    }
    out.write(rest);
    return rest;
  }

  private void forwardStartup(byte[] message) throws IOException {
    byte[] name = user;
    // set before sending, because another thread may read the response
    if (name == null) {
      requestedUser = userOf(message);
      out.write(message);
    } else {
      requestedUser = new String(name, StandardCharsets.UTF_8);
      out.write(withUser(message, name));
    }
  }

  private void pass(byte[] message, int length) throws IOException {
    pending = null;
    out.write(message, 0, length);
  }

  /** Returns the value of the parameter {@code user}, or an empty string if it is missing. */
  private static String userOf(byte[] message) {
    int end = message.length;
    int at = 8;
    while (at < end && message[at] != 0) {
      int nameEnd = terminator(message, at);
      int valueEnd = terminator(message, nameEnd + 1);
      if (isUser(message, at, nameEnd) && nameEnd < valueEnd) {
        return new String(message, nameEnd + 1, valueEnd - nameEnd - 1, StandardCharsets.UTF_8);
      }
      at = valueEnd + 1;
    }
    return "";
  }

  /**
   * Returns the message with its parameter {@code user} replaced or added. Returns the same message
   * if it is malformed; PostgreSQL then reports the error.
   */
  private static byte[] withUser(byte[] message, byte[] user) {
    int end = message.length;
    ByteArrayOutputStream withUser = new ByteArrayOutputStream(end + user.length + 6);
    withUser.write(message, 0, 8);
    int at = 8;
    boolean found = false;
    while (at < end && message[at] != 0) {
      int nameEnd = terminator(message, at);
      int valueEnd = terminator(message, nameEnd + 1);
      if (valueEnd == end) {
        return message;
      }
      if (isUser(message, at, nameEnd)) {
        found = true;
        add(withUser, user);
      } else {
        withUser.write(message, at, valueEnd + 1 - at);
      }
      at = valueEnd + 1;
    }
    if (at != end - 1) { // not terminated, or followed by other bytes
      return message;
    }
    if (!found) {
      add(withUser, user);
    }
    withUser.write(0);
    byte[] bytes = withUser.toByteArray();
    ByteBuffer.wrap(bytes).putInt(0, bytes.length);
    return bytes;
  }

  private static void add(ByteArrayOutputStream parameters, byte[] user) {
    byte[] name = {'u', 's', 'e', 'r', 0};
    parameters.write(name, 0, name.length);
    parameters.write(user, 0, user.length);
    parameters.write(0);
  }

  private static boolean isUser(byte[] message, int from, int to) {
    return to - from == 4
        && message[from] == 'u'
        && message[from + 1] == 's'
        && message[from + 2] == 'e'
        && message[from + 3] == 'r';
  }

  /** Returns the end of the string: its zero byte, or the end of a truncated message. */
  private static int terminator(byte[] message, int from) {
    int at = Math.min(from, message.length);
    while (at < message.length && message[at] != 0) {
      at++;
    }
    return at;
  }
}
