package io.github.alloydbagent.tunnel.postgres;

import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * PostgreSQL's ErrorResponse, which a server that does not support the metadata exchange sends
 * instead of a response.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">the fields of
 *     an error</a>
 */
public final class PostgresError {

  /** Maximum number of bytes to read; real errors have a few hundred. */
  private static final int MAX_LENGTH = 16 * 1024;

  private PostgresError() {}

  /**
   * Returns the text of the error, as far as it arrives.
   *
   * @param header the four bytes that were already read: 'E' and the upper three bytes of the
   *     length
   */
  public static String read(byte[] header, InputStream in) throws IOException {
    return "the server responds with a PostgreSQL error: "
        + readWithState(header, in).replaceFirst("^\\[.*?] ", "");
  }

  /** Returns the SQLSTATE in brackets, the severity and the message. */
  public static String readWithState(byte[] header, InputStream in) throws IOException {
    int last = in.read();
    int length =
        (((header[1] & 0xff) << 24) | ((header[2] & 0xff) << 16) | ((header[3] & 0xff) << 8) | last)
            - 4;
    byte[] body = new byte[Math.max(0, Math.min(length, MAX_LENGTH))];
    int count = 0;
    while (last >= 0 && count < body.length) {
      int more = in.read(body, count, body.length - count);
      if (more < 0) {
        break;
      }
      count += more;
    }
    String severity = "ERROR";
    String message = "(no message)";
    String state = "";
    int at = 0;
    while (at < count && body[at] != 0) {
      int end = at + 1;
      while (end < count && body[end] != 0) {
        end++;
      }
      String value = new String(body, at + 1, end - at - 1, StandardCharsets.UTF_8);
      if (body[at] == 'S') {
        severity = value;
      } else if (body[at] == 'M') {
        message = value;
      } else if (body[at] == 'C') {
        state = value;
      }
      at = end + 1;
    }
    return ExceptionMessages.inOneLine("[" + state + "] " + severity + ": " + message);
  }
}
