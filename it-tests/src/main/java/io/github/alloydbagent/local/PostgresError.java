package io.github.alloydbagent.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A fatal error message of PostgreSQL's protocol 3. */
final class PostgresError {
  /** SQLSTATE invalid_authorization_specification. */
  static final String INVALID_AUTHORIZATION = "28000";

  /** SQLSTATE protocol_violation. */
  static final String PROTOCOL_VIOLATION = "08P01";

  private PostgresError() {}

  static byte[] fatal(String sqlState, String message) {
    byte[] fields =
        ("SFATAL\0VFATAL\0C" + sqlState + "\0M" + message + "\0\0")
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(5 + fields.length)
        .put((byte) 'E')
        .putInt(4 + fields.length)
        .put(fields)
        .array();
  }
}
