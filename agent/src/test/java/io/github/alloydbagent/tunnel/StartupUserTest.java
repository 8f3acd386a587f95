package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StartupUserTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final StartupUser out = new StartupUser(sent, "app@p.iam");

  private static byte[] message(int code, String content) {
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + body.length)
        .putInt(8 + body.length)
        .putInt(code)
        .put(body)
        .array();
  }

  private static byte[] startup(String content) {
    return message(3 << 16, content);
  }

  @Test
  void writesTheUserIntoTheStartupMessage() throws IOException {
    out.write(startup("user\0postgres\0database\0user\0\0"));
    assertThat(sent.toByteArray()).isEqualTo(startup("user\0app@p.iam\0database\0user\0\0"));
  }

  @Test
  void findsTheUserAmongOtherParameters() throws IOException {
    out.write(startup("database\0d\0username\0x\0user\0x\0client_encoding\0UTF8\0\0"));
    assertThat(sent.toByteArray())
        .isEqualTo(startup("database\0d\0username\0x\0user\0app@p.iam\0client_encoding\0UTF8\0\0"));
  }

  @Test
  void addsTheUserWhereThereIsNone() throws IOException {
    out.write(startup("database\0d\0\0"));
    assertThat(sent.toByteArray()).isEqualTo(startup("database\0d\0user\0app@p.iam\0\0"));
  }

  @Test
  void takesTheMessageInPieces() throws IOException {
    byte[] message = startup("user\0x\0\0");
    for (byte each : message) {
      assertThat(sent.size()).as("nothing half").isZero();
      out.write(each);
    }
    assertThat(sent.toByteArray()).isEqualTo(startup("user\0app@p.iam\0\0"));
  }

  @Test
  void touchesNothingThatComesAfter() throws IOException {
    byte[] query = startup("user\0y\0\0");
    out.write(startup("user\0x\0\0"));
    sent.reset();
    out.write(query);
    assertThat(sent.toByteArray()).isEqualTo(query);
  }

  @Test
  void keepsWhatComesInTheSamePiece() throws IOException {
    byte[] both = new byte[startup("user\0x\0\0").length + 3];
    System.arraycopy(startup("user\0x\0\0"), 0, both, 0, both.length - 3);
    both[both.length - 1] = 7;
    out.write(both);
    assertThat(sent.toByteArray()).startsWith(startup("user\0app@p.iam\0\0")).endsWith(0, 0, 7);
  }

  @Test
  void letsACancelRequestPass() throws IOException {
    byte[] cancel = message(80877102, "12345678");
    out.write(cancel);
    assertThat(sent.toByteArray()).isEqualTo(cancel);
  }

  @Test
  void waitsForTheStartupMessageBehindARequestForEncryption() throws IOException {
    byte[] request = message(80877103, "");
    out.write(request);
    assertThat(sent.toByteArray()).isEqualTo(request);
    sent.reset();
    out.write(startup("user\0x\0\0"));
    assertThat(sent.toByteArray()).isEqualTo(startup("user\0app@p.iam\0\0"));
  }

  @Test
  void letsOtherProtocolsPass() throws IOException {
    byte[] version2 = message(2 << 16, "user\0x\0\0");
    out.write(version2);
    assertThat(sent.toByteArray()).isEqualTo(version2);
  }

  /** Hostile lengths and contents: never an exception, never more than the message held back. */
  @Test
  void survivesWhateverIsWritten() throws IOException {
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      StartupUser fuzzed = new StartupUser(new ByteArrayOutputStream(), "u");
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      if (bytes.length >= 8 && random.nextBoolean()) {
        ByteBuffer.wrap(bytes).putInt(random.nextInt(80)).putInt(3 << 16);
      }
      int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      fuzzed.write(bytes, 0, cut);
      fuzzed.write(bytes, cut, bytes.length - cut);
    }
  }
}
