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
 * Finds out as whom a driver logs in, or has it log in as another user: writes that name into the
 * startup message, and lets everything else pass as it is, a cancel request too.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/current/protocol-message-formats.html">StartupMessage
 *     (F)</a>
 */
public final class StartupMessageRewriter extends FilterOutputStream {
  private static final int PROTOCOL_3 = 3;
  private static final int SSL_REQUEST = 80877103;
  private static final int GSSENC_REQUEST = 80877104;

  /** PostgreSQL's own limit: MAX_STARTUP_PACKET_LENGTH in its pqcomm.h. */
  private static final int LONGEST = 10_000;

  private final byte @Nullable [] user;

  /** What has been written of the first message; null once that is through. */
  private @Nullable ByteArrayOutputStream first = new ByteArrayOutputStream(256);

  /** Of how many bytes it is, as far as is known: its length and its code take eight. */
  private int needed = 8;

  private volatile @Nullable String asked;

  /**
   * @param user whom to log in as, whatever the driver says; null for the driver's own user
   */
  public StartupMessageRewriter(OutputStream to, @Nullable String user) {
    super(to);
    this.user = user == null ? null : user.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The user that the server was asked for; null as long as it was asked for none, and where the
   * protocol is not version 3. For any thread.
   */
  @Nullable String asked() {
    return asked;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteArrayOutputStream held = first;
    if (held == null) {
      out.write(bytes, offset, length);
      return;
    }
    held.write(bytes, offset, length);
    if (held.size() < needed) {
      return;
    }
    byte[] message = held.toByteArray();
    while (first != null && message.length >= 8) {
      int announced = ByteBuffer.wrap(message).getInt();
      if (announced < 8 || announced > LONGEST) {
        pass(message, message.length);
        return;
      }
      if (message.length < announced) {
        needed = announced;
        return;
      }
      message = through(message, announced);
    }
  }

  /** Lets the first message through, and gives what follows it. */
  private byte[] through(byte[] message, int end) throws IOException {
    int code = ByteBuffer.wrap(message).getInt(4);
    byte[] rest = Arrays.copyOfRange(message, end, message.length);
    if (code == SSL_REQUEST || code == GSSENC_REQUEST) { // the startup message comes after it
      out.write(message, 0, end);
      ByteArrayOutputStream next = new ByteArrayOutputStream(256);
      next.write(rest, 0, rest.length);
      first = next;
      needed = 8;
      return rest;
    }
    first = null;
    if (code >>> 16 == PROTOCOL_3) {
      startup(Arrays.copyOf(message, end));
    } else {
      out.write(message, 0, end);
    }
    out.write(rest);
    return rest;
  }

  private void startup(byte[] message) throws IOException {
    byte[] name = user;
    // told before it is sent: the answer is looked at by another thread, perhaps
    if (name == null) {
      asked = named(message);
      out.write(message);
    } else {
      asked = new String(name, StandardCharsets.UTF_8);
      out.write(renamed(message, name));
    }
  }

  private void pass(byte[] message, int length) throws IOException {
    first = null;
    out.write(message, 0, length);
  }

  /** The value of the parameter {@code user}; empty where there is none. */
  private static String named(byte[] message) {
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
   * The same message with the value of its parameter {@code user} replaced, or added; the very same
   * if it is not laid out as PostgreSQL wants it, which will then say so.
   */
  private static byte[] renamed(byte[] message, byte[] user) {
    int end = message.length;
    ByteArrayOutputStream renamed = new ByteArrayOutputStream(end + user.length + 6);
    renamed.write(message, 0, 8);
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
        add(renamed, user);
      } else {
        renamed.write(message, at, valueEnd + 1 - at);
      }
      at = valueEnd + 1;
    }
    if (at != end - 1) { // no zero at the end, or something behind it
      return message;
    }
    if (!found) {
      add(renamed, user);
    }
    renamed.write(0);
    byte[] bytes = renamed.toByteArray();
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

  /** Where the string ends: at its zero byte, or at the end of a message that is cut off. */
  private static int terminator(byte[] message, int from) {
    int at = Math.min(from, message.length);
    while (at < message.length && message[at] != 0) {
      at++;
    }
    return at;
  }
}
