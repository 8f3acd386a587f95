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
 * The metadata exchange between the TLS handshake and the first byte of PostgreSQL's protocol: one
 * message in each direction. A message is an unsigned 32-bit length in network order, followed by a
 * protocol buffer of {@code google.cloud.alloydb.connectors.v1.MetadataExchangeRequest} or {@code
 * MetadataExchangeResponse}.
 */
public final class MetadataExchange {

  /** Maximum size of a response in bytes; real ones have two to a few hundred. */
  static final int MAX_RESPONSE_BYTES = 16 * 1024;

  private static final int DB_NATIVE = 1;
  private static final int AUTO_IAM = 2;
  private static final int RESPONSE_OK = 1;
  private static final int HTTP_AS_LENGTH = 0x48545450;

  private MetadataExchange() {}

  /**
   * Runs the exchange; does not read beyond the response.
   *
   * @return null if the server accepted, otherwise its error message
   * @throws EOFException if the server closes the connection instead of responding
   * @throws ProtocolException if the response is not valid
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
    if (length == HTTP_AS_LENGTH) {
      throw new ProtocolException("the server speaks HTTP");
    }
    if (length < 0 || length > MAX_RESPONSE_BYTES) {
      throw new ProtocolException(
          "the server announces a response of "
              + (length & 0xffffffffL)
              + " bytes, more than the limit of "
              + MAX_RESPONSE_BYTES);
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
    int remaining = bytes.length;
    while (remaining > 0x7f) {
      message.write((remaining & 0x7f) | 0x80);
      remaining >>>= 7;
    }
    message.write(remaining);
    message.write(bytes, 0, bytes.length);
  }

  /** Returns null for OK, otherwise the server's error message; unknown fields are skipped. */
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
    if (code == RESPONSE_OK) {
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
                ? "the server closed the connection without a response"
                : "the server closed the connection in the middle of its response");
      }
      at += count;
    }
    return bytes;
  }

  /** Thrown if a response is not a valid metadata exchange response. */
  public static final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolException(String message) {
      super(message);
    }
  }
}
