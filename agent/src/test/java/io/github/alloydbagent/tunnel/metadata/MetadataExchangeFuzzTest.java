package io.github.alloydbagent.tunnel.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.Chunks;
import io.github.alloydbagent.tunnel.metadata.MetadataExchange.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An exchange ends in one of three ways, whatever a server sends and however it is fragmented. */
class MetadataExchangeFuzzTest {

  @FuzzTest
  void readsOnlyTheResponse(byte[] input) throws Exception {
    byte[] answer = Chunks.content(input);
    Chunks.Stream server = new Chunks.Stream(input);
    String outcome = Bounds.hold(input, 200, () -> outcome(new Chunks.Stream(input)));
    assertThat(outcome(server)).isEqualTo(outcome);
    assertThat((long) server.count()).as("bytes read").isLessThanOrEqualTo(most(answer));
    if (answer.length >= 4 && answer[0] != 'E') {
      int length = ByteBuffer.wrap(answer).getInt();
      boolean isWhole = length >= 0 && length <= 16 * 1024 && length <= answer.length - 4;
      String expected = isWhole ? refusal(ByteBuffer.wrap(answer, 4, length)) : "failed";
      assertThat(outcome).isEqualTo(expected);
    }
  }

  private static String outcome(Chunks.Stream server) throws IOException {
    try {
      return String.valueOf(
          MetadataExchange.run(server, new ByteArrayOutputStream(), "agent/1", true, "token"));
    } catch (EOFException | ProtocolException e) {
      assertThat(e.getMessage()).isNotBlank();
      return "failed";
    }
  }

  private static long most(byte[] answer) {
    if (answer.length < 4) {
      return answer.length;
    }
    ByteBuffer header = ByteBuffer.wrap(answer);
    long announced =
        answer[0] == 'E' && answer.length > 4 ? 1 + (header.getInt(1) & 0xffffffffL) : 0;
    return answer[0] == 'E'
        ? Math.max(5, announced)
        : 4 + Math.min(header.getInt() & 0xffffffffL, 16 * 1024);
  }

  /** A second parser of the message, written from the specification of the encoding. */
  private static String refusal(ByteBuffer message) {
    long code = 0;
    String error = "";
    try {
      while (message.hasRemaining()) {
        int tag = (int) varint(message);
        if (tag >>> 3 == 0) {
          return "failed";
        }
        switch (tag & 7) {
          case 0 -> {
            long value = varint(message);
            code = tag >>> 3 == 1 ? value : code;
          }
          case 1 -> message.getLong();
          case 2 -> {
            long length = varint(message);
            if (length < 0 || length > message.remaining()) {
              return "failed";
            }
            byte[] text = new byte[(int) length];
            message.get(text);
            error = tag >>> 3 == 2 ? new String(text, StandardCharsets.UTF_8) : error;
          }
          case 5 -> message.getInt();
          default -> {
            return "failed";
          }
        }
      }
    } catch (BufferUnderflowException e) {
      return "failed";
    }
    if (code == 1) {
      return "null";
    }
    return error.isEmpty() ? "(response code " + code + ", no text)" : error;
  }

  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int i = 0; i < 10; i++) {
      byte next = message.get();
      value |= (long) (next & 0x7f) << (7 * i);
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw new BufferUnderflowException(); // longer than any message
  }
}
