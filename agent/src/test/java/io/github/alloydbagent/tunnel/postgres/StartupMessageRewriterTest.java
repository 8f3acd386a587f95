package io.github.alloydbagent.tunnel.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupMessageRewriterTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final StartupMessageRewriter out = new StartupMessageRewriter(sent, "app@p.iam");

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
  void replacesTheUserAmongOtherParameters() throws IOException {
    out.write(startup("database\0d\0username\0x\0user\0x\0client_encoding\0UTF8\0\0"));
    assertThat(sent.toByteArray())
        .isEqualTo(startup("database\0d\0username\0x\0user\0app@p.iam\0client_encoding\0UTF8\0\0"));
  }

  @Test
  void addsAMissingUser() throws IOException {
    out.write(startup("database\0d\0\0"));
    assertThat(sent.toByteArray()).isEqualTo(startup("database\0d\0user\0app@p.iam\0\0"));
  }

  /** Parses like PostgreSQL: pairs, and one zero byte at the end of the message. */
  @ParameterizedTest
  @ValueSource(strings = {"", "user", "user\0x", "user\0x\0", "\0\0", "user\0x\0\0database\0d\0\0"})
  void leavesMalformedMessagesUnchanged(String content) throws IOException {
    out.write(startup(content));
    out.write(7);
    assertThat(Arrays.copyOf(sent.toByteArray(), sent.size() - 1)).isEqualTo(startup(content));
    assertThat(sent.toByteArray()).endsWith(7);
  }

  @Test
  void acceptsAFragmentedMessage() throws IOException {
    byte[] message = startup("user\0x\0\0");
    for (byte each : message) {
      assertThat(sent.size()).as("nothing half").isZero();
      out.write(each);
    }
    assertThat(sent.toByteArray()).isEqualTo(startup("user\0app@p.iam\0\0"));
  }

  @Test
  void leavesLaterMessagesUnchanged() throws IOException {
    byte[] query = startup("user\0y\0\0");
    out.write(startup("user\0x\0\0"));
    sent.reset();
    out.write(query);
    assertThat(sent.toByteArray()).isEqualTo(query);
  }

  @Test
  void keepsBytesThatFollowInTheSameWrite() throws IOException {
    byte[] both = new byte[startup("user\0x\0\0").length + 3];
    System.arraycopy(startup("user\0x\0\0"), 0, both, 0, both.length - 3);
    both[both.length - 1] = 7;
    out.write(both);
    assertThat(sent.toByteArray()).startsWith(startup("user\0app@p.iam\0\0")).endsWith(0, 0, 7);
  }

  @Test
  void passesACancelRequest() throws IOException {
    byte[] cancel = message(80877102, "12345678");
    out.write(cancel);
    assertThat(sent.toByteArray()).isEqualTo(cancel);
  }

  @Test
  void waitsForTheStartupMessageAfterAnEncryptionRequest() throws IOException {
    byte[] request = message(80877103, "");
    out.write(request);
    assertThat(sent.toByteArray()).isEqualTo(request);
    sent.reset();
    out.write(startup("user\0x\0\0"));
    assertThat(sent.toByteArray()).isEqualTo(startup("user\0app@p.iam\0\0"));
  }

  @Test
  void passesOtherProtocols() throws IOException {
    byte[] version2 = message(2 << 16, "user\0x\0\0");
    out.write(version2);
    assertThat(sent.toByteArray()).isEqualTo(version2);
  }
}
