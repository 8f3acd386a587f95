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

/** In whatever pieces a driver writes it, nothing of a stream changes but the user. */
class StartupMessageRewriterFuzzTest {
  private static final String USER = "app@p.iam";

  @FuzzTest
  void changesTheUserAlone(byte[] input) throws Exception {
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

  /** The whole stream at once, as PostgreSQL's manual describes its messages. */
  private static byte[] expected(byte[] stream) {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    ByteBuffer left = ByteBuffer.wrap(stream);
    while (left.remaining() >= 8) {
      int length = left.getInt(left.position());
      int code = left.getInt(left.position() + 4);
      boolean isMessage = length >= 8 && length <= 10_000;
      if (isMessage && length > left.remaining()) {
        return expected.toByteArray(); // the rest of it is waited for
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
    if (left.remaining() >= 8) { // no message at all
      expected.write(stream, left.position(), left.remaining());
    }
    return expected.toByteArray();
  }

  /** A message whose layout the server will not accept stays as it is. */
  private static byte[] startup(byte[] message) {
    byte[] body = Arrays.copyOfRange(message, 8, message.length);
    // one byte, one character: what is no UTF-8 must stay as it is, too
    String text = new String(body, StandardCharsets.ISO_8859_1);
    List<String> strings = new ArrayList<>(List.of(text.split("\0", -1)));
    int count = strings.size();
    // "name", "value", ..., "", "": behind the last value its own zero and the one of the end
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
