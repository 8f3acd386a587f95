package io.github.alloydbagent.local;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The first message of a PostgreSQL connection: a startup message, or a request for encryption or
 * cancellation (PostgreSQL's documentation, "Message Formats"). Its bytes are kept unchanged,
 * whatever the protocol version.
 */
final class StartupPacket {
  static final int SSL_REQUEST = 80877103;
  static final int GSS_REQUEST = 80877104;
  static final int CANCEL_REQUEST = 80877102;

  private static final int LONGEST = 10_000;

  private final int code;
  private final byte[] rest;

  private StartupPacket(int code, byte[] rest) {
    this.code = code;
    this.rest = rest;
  }

  static StartupPacket read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 8 || length > LONGEST) {
      throw new IOException("invalid length of startup packet: " + length);
    }
    int code = in.readInt();
    byte[] rest = new byte[length - 8];
    in.readFully(rest);
    return new StartupPacket(code, rest);
  }

  /** Returns the protocol version or the request code. */
  int code() {
    return code;
  }

  /** Returns the parameters of a startup message of protocol 3. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    String[] strings = new String(rest, StandardCharsets.UTF_8).split("\0", -1);
    for (int i = 0; i + 1 < strings.length && !strings[i].isEmpty(); i += 2) {
      parameters.put(strings[i], strings[i + 1]);
    }
    return parameters;
  }

  String user() {
    return parameters().getOrDefault("user", "");
  }

  String database() {
    return parameters().getOrDefault("database", user());
  }

  /**
   * Returns the startup message with additional parameters, inserted before its final zero byte.
   */
  StartupPacket with(Map<String, String> more) {
    ByteArrayOutputStream longer = new ByteArrayOutputStream();
    longer.write(rest, 0, rest.length - 1);
    more.forEach(
        (name, value) ->
            longer.writeBytes((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
    longer.write(0);
    return new StartupPacket(code, longer.toByteArray());
  }

  byte[] bytes() {
    return ByteBuffer.allocate(8 + rest.length)
        .putInt(8 + rest.length)
        .putInt(code)
        .put(rest)
        .array();
  }
}
