package io.github.alloydbagent.tunnel.metadata;

import io.github.alloydbagent.tunnel.postgres.PostgresError;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one message each way between the TLS handshake and PostgreSQL's first byte: an unsigned
 * 32-bit length in network order, then a protocol buffer of {@code
 * google.cloud.alloydb.connectors.v1.MetadataExchangeRequest} or {@code MetadataExchangeResponse}.
 */
public final class MetadataExchange {

  /** Bytes of an answer that are accepted; a real one has two to a few hundred. */
  static final int MAX_ANSWER = 16 * 1024;

  private static final int DB_NATIVE = 1;
  private static final int AUTO_IAM = 2;
  private static final int OK = 1;
  private static final int HTTP = 0x48545450;

  private MetadataExchange() {}

  /**
   * Runs the exchange; reads not one byte past the answer.
   *
   * @return null if the server agreed, else what it said
   * @throws EOFException if the server hangs up in the place of an answer
   * @throws ProtocolException if the answer is none
   */
  public static @Nullable String run(
      InputStream in, OutputStream out, String userAgent, boolean iamLogin, String token)
      throws IOException {
    byte[] request = request(userAgent, iamLogin, token);
    byte[] framed = new byte[4 + request.length];
    ByteBuffer.wrap(framed).putInt(request.length).put(request);
    out.write(framed);
    out.flush();
    byte[] header = read(in, 4);
    if (header[0] == 'E') {
      throw new ProtocolException(PostgresError.read(header, in));
    }
    int length = ByteBuffer.wrap(header).getInt();
    if (length == HTTP) {
      throw new ProtocolException("the server speaks HTTP");
    }
    if (length < 0 || length > MAX_ANSWER) {
      throw new ProtocolException(
          "the server announces an answer of "
              + (length & 0xffffffffL)
              + " bytes, more than the "
              + MAX_ANSWER
              + " that are accepted");
    }
    return refusal(read(in, length));
  }

  static byte[] request(String userAgent, boolean iamLogin, String token) {
    ByteArrayOutputStream message = new ByteArrayOutputStream(token.length() + 64);
    text(message, 1, userAgent);
    message.write(2 << 3); // auth_type, a varint
    message.write(iamLogin ? AUTO_IAM : DB_NATIVE);
    text(message, 3, token);
    return message.toByteArray();
  }

  private static void text(ByteArrayOutputStream message, int field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    message.write((field << 3) | 2); // length-delimited
    int rest = bytes.length;
    while (rest > 0x7f) {
      message.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    message.write(rest);
    message.write(bytes, 0, bytes.length);
  }

  /** Null for OK, else the server's error; fields that are not known are skipped. */
  static @Nullable String refusal(byte[] answer) throws ProtocolException {
    ProtoReader reader = new ProtoReader(answer);
    long code = 0;
    String error = "";
    while (reader.next()) {
      if (reader.field() == 1 && reader.isVarint()) {
        code = reader.varint();
      } else if (reader.field() == 2 && reader.isBytes()) {
        error = reader.text();
      } else {
        reader.skip();
      }
    }
    if (code == OK) {
      return null;
    }
    return error.isEmpty() ? "(response code " + code + ", no text)" : error;
  }

  private static byte[] read(InputStream in, int length) throws IOException {
    byte[] bytes = new byte[length];
    int at = 0;
    while (at < length) {
      int count = in.read(bytes, at, length - at);
      if (count < 0) {
        throw new EOFException(
            at == 0
                ? "the server closed the connection without an answer"
                : "the server closed the connection in the middle of its answer");
      }
      at += count;
    }
    return bytes;
  }

  /** An answer that is no answer to a metadata exchange. */
  public static final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
      super(message);
    }
  }
}
