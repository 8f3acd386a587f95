package io.github.alloydbagent.tunnel.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Adds a hint to a PostgreSQL ErrorResponse that refuses a login. Drivers show the hint below the
 * message.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">the fields of
 *     an error</a>
 */
final class ErrorResponseHint {

  private static final int HEADER_BYTES = 5;

  private ErrorResponseHint() {}

  /**
   * Returns the message with the hint added; an existing hint is kept before it. Returns the same
   * message if its SQLSTATE is not in class 28 (invalid authorization specification) or if it is
   * malformed.
   *
   * @param message the complete message, including its type and length
   */
  static byte[] addTo(byte[] message, Supplier<String> hint) {
    int hintEnd = -1;
    boolean isRefusal = false;
    int at = HEADER_BYTES;
    while (at < message.length && message[at] != 0) {
      int end = at + 1;
      while (end < message.length && message[end] != 0) {
        end++;
      }
      if (message[at] == 'C') {
        isRefusal = end - at > 2 && message[at + 1] == '2' && message[at + 2] == '8';
      } else if (message[at] == 'H') {
        hintEnd = end;
      }
      at = end + 1;
    }
    if (!isRefusal || at != message.length - 1) {
      return message;
    }
    byte[] text = hint.get().replace('\0', ' ').getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream result = new ByteArrayOutputStream(message.length + text.length + 2);
    int split = hintEnd < 0 ? at : hintEnd;
    result.write(message, 0, split);
    result.write(hintEnd < 0 ? 'H' : ' ');
    result.write(text, 0, text.length);
    if (hintEnd < 0) {
      result.write(0);
    }
    result.write(message, split, message.length - split);
    byte[] bytes = result.toByteArray();
    ByteBuffer.wrap(bytes).putInt(1, bytes.length - 1);
    return bytes;
  }
}
