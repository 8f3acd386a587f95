package io.github.alloydbagent.tunnel.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Puts a hint into PostgreSQL's ErrorResponse when it says that somebody may not log in. Drivers
 * show it below the message.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">its fields</a>
 */
final class ErrorResponseHint {

  private static final int HEADER = 5;

  private ErrorResponseHint() {}

  /**
   * The message with the hint, behind one that it has; the same if it is about something else than
   * SQLSTATE class 28 (invalid authorization specification), or malformed.
   *
   * @param message whole, its type and length as announced
   */
  static byte[] added(byte[] message, Supplier<String> hint) {
    int hintEnd = -1;
    boolean refusal = false;
    int at = HEADER;
    while (at < message.length && message[at] != 0) {
      int end = at + 1;
      while (end < message.length && message[end] != 0) {
        end++;
      }
      if (message[at] == 'C') {
        refusal = end - at > 2 && message[at + 1] == '2' && message[at + 2] == '8';
      } else if (message[at] == 'H') {
        hintEnd = end;
      }
      at = end + 1;
    }
    if (!refusal || at != message.length - 1) {
      return message;
    }
    byte[] text = hint.get().replace('\0', ' ').getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream with = new ByteArrayOutputStream(message.length + text.length + 2);
    int split = hintEnd < 0 ? at : hintEnd;
    with.write(message, 0, split);
    with.write(hintEnd < 0 ? 'H' : ' ');
    with.write(text, 0, text.length);
    if (hintEnd < 0) {
      with.write(0);
    }
    with.write(message, split, message.length - split);
    byte[] bytes = with.toByteArray();
    ByteBuffer.wrap(bytes).putInt(1, bytes.length - 1);
    return bytes;
  }
}
