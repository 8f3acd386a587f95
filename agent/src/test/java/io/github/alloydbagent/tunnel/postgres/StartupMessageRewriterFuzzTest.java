package io.github.alloydbagent.tunnel.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import io.github.alloydbagent.fuzz.Chunks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ListIterator;

/** Only the user in a stream changes, however the driver's writes are fragmented. */
class StartupMessageRewriterFuzzTest {
  private static final String USER = "app@p.iam";

  @FuzzTest
  void changesOnlyTheUser(byte[] input) throws Exception {
    byte[] sent = Bounds.hold(input, 2_000, () -> sent(Chunks.of(input)));
    assertThat(sent).isEqualTo(expected(Chunks.content(input)));
  }

  private static byte[] sent(List<byte[]> chunks) throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    StartupMessageRewriter out = new StartupMessageRewriter(sent, USER);
    for (byte[] chunk : chunks) {
      out.write(chunk);
    }
    return sent.toByteArray();
  }

  /** Rewrites the whole stream, according to the messages in PostgreSQL's manual. */
  private static byte[] expected(byte[] stream) {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteBuffer left = ByteBuffer.wrap(stream);
    while (left.remaining() >= 8) {
      int length = left.getInt(left.position());
      int code = left.getInt(left.position() + 4);
      boolean isMessage = length >= 8 && length <= 10_000;
      if (isMessage && length > left.remaining()) {
        return expected.toByteArray(); // the rewriter waits for the rest
      }
      if (!isMessage) {
        break;
      }
      byte[] message = new byte[length];
      left.get(message);
      boolean isStartup = code >>> 16 == 3;
      expected.writeBytes(isStartup ? startup(message) : message);
      if (code != 80877103 && code != 80877104) {
        expected.write(stream, left.position(), left.remaining());
        return expected.toByteArray();
      }
    }
    if (left.remaining() >= 8) { // not a message
      expected.write(stream, left.position(), left.remaining());
    }
    return expected.toByteArray();
  }

  /** A malformed message, which the server will reject, remains unchanged. */
  private static byte[] startup(byte[] message) {
    byte[] body = Arrays.copyOfRange(message, 8, message.length);
    // one character per byte, so that invalid UTF-8 remains unchanged, too
    String text = new String(body, StandardCharsets.ISO_8859_1);
    List<String> strings = new ArrayList<>(List.of(text.split("\0", -1)));
    int count = strings.size();
    // "name", "value", ..., "", "": the last value's own zero is followed by the final one
    boolean wellFormed =
        text.equals("\0")
            || (count >= 4
                && count % 2 == 0
                && strings.get(count - 1).isEmpty()
                && strings.get(count - 2).isEmpty()
                && !namesOf(strings).contains(""));
    if (!wellFormed) {
      return message;
    }
    List<String> parameters = new ArrayList<>(strings.subList(0, count - 2));
    boolean found = false;
    for (ListIterator<String> each = parameters.listIterator(); each.hasNext(); ) {
      boolean isUser = each.next().equals("user");
      each.next();
      if (isUser) {
        each.set(USER);
        found = true;
      }
    }
    if (!found) {
      parameters.addAll(List.of("user", USER));
    }
    byte[] renamed = (String.join("\0", parameters) + "\0\0").getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(8 + renamed.length)
        .putInt(8 + renamed.length)
        .put(message, 4, 4)
        .put(renamed)
        .array();
  }

  private static List<String> namesOf(List<String> strings) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < strings.size() - 2; i += 2) {
      names.add(strings.get(i));
    }
    return names;
  }
}
