package io.github.alloydbagent.tunnel.metadata;

import io.github.alloydbagent.tunnel.metadata.MetadataExchange.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one protocol buffer message.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class ProtoReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final byte[] message;
  private int at;
  private int tag;

  ProtoReader(byte[] message) {
    this.message = message;
  }

  /** Advances to the next field, whose value must be read or skipped; returns false at the end. */
  boolean next() throws ProtocolException {
    if (at == message.length) {
      return false;
    }
    tag = (int) varint();
    if (field() == 0) {
      throw malformed();
    }
    return true;
  }

  int field() {
    return tag >>> 3;
  }

  boolean isVarint() {
    return (tag & 7) == VARINT;
  }

  boolean isBytes() {
    return (tag & 7) == BYTES;
  }

  long varint() throws ProtocolException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == message.length) {
        throw malformed();
      }
      byte next = message[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed();
  }

  String text() throws ProtocolException {
    int length = length(varint());
    String text = new String(message, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  void skip() throws ProtocolException {
    switch (tag & 7) {
      case VARINT:
        long ignored = varint();
        break;
      case FIXED64:
        at += length(8);
        break;
      case BYTES:
        String unused = text();
        break;
      case FIXED32:
        at += length(4);
        break;
      default: // groups, which protobuf has removed
        throw malformed();
    }
  }

  private int length(long requested) throws ProtocolException {
    if (requested < 0 || requested > message.length - at) {
      throw malformed();
    }
    return (int) requested;
  }

  private ProtocolException malformed() {
    return new ProtocolException(
        "the server's response of "
            + message.length
            + " bytes is not a metadata exchange"
            + " response");
  }
}
