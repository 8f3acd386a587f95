package io.github.alloydbagent.tunnel.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.tunnel.metadata.MetadataExchange.ProtocolException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataExchangeTest {

  /** The encoding of the official connector's classes. */
  private static final String REQUEST = "0a03612f3110021a0174";

  @Test
  void encodesTheRequestLikeTheOfficialClasses() {
    assertThat(MetadataExchange.request("a/1", true, "t")).isEqualTo(hex(REQUEST));
    assertThat(MetadataExchange.request("a/1", false, "t")).isEqualTo(hex("0a03612f3110011a0174"));
  }

  @Test
  void encodesLengthsOfMoreThanOneByte() {
    byte[] request = MetadataExchange.request("a/1", true, "t".repeat(300));
    assertThat(request).startsWith(hex("0a03612f3110021aac02")).hasSize(10 + 300);
  }

  @Test
  void writesLengthAndRequestInOneWrite() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(run("000000020801", out)).isNull();
    assertThat(out.toByteArray()).isEqualTo(hex("0000000a" + REQUEST));
  }

  @Test
  void readsNoByteAfterTheResponse() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(hex("00000002080152"));
    MetadataExchange.run(in, new ByteArrayOutputStream(), "a/1", true, "t");
    assertThat(in.read()).isEqualTo(0x52);
  }

  @Test
  void returnsTheServersError() throws IOException {
    assertThat(run("0000000a0802120664656e696564")).isEqualTo("denied");
  }

  @Test
  void treatsAResponseWithoutACodeAsARefusal() throws IOException {
    assertThat(run("00000000")).isEqualTo("(response code 0, no text)");
  }

  @Test
  void skipsUnknownFields() throws IOException {
    // field 3 varint, field 4 fixed64, field 5 bytes, field 6 fixed32, followed by the code
    assertThat(run("00000016" + "1896012101020304050607082a016135010203040801")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000001ff", "0000000208ff", "00000002120a", "0000000113", "0000000100"})
  void rejectsMalformedResponses(String answer) {
    assertThatThrownBy(() -> run(answer))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is not a metadata exchange response");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7fffffff", "80000000", "ffffffff", "00004001"})
  void rejectsExcessiveLengths(String length) {
    assertThatThrownBy(() -> run(length))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("more than the limit of 16384");
  }

  @Test
  void reportsAPostgresqlError() {
    String body = "SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry\0\0";
    String error = "45" + String.format("%08x", body.length() + 4) + ascii(body);
    assertThatThrownBy(() -> run(error))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("the server responds with a PostgreSQL error: FATAL: no pg_hba.conf entry");
  }

  @Test
  void reportsATruncatedPostgresqlError() {
    assertThatThrownBy(() -> run("45000000ff" + ascii("SFATAL\0Mtoo many cli")))
        .hasMessage("the server responds with a PostgreSQL error: FATAL: too many cli");
    assertThatThrownBy(() -> run("45000000"))
        .hasMessage("the server responds with a PostgreSQL error: ERROR: (no message)");
  }

  @Test
  void recognizesHttp() {
    assertThatThrownBy(() -> run(ascii("HTTP/1.1 400 Bad Request")))
        .hasMessage("the server speaks HTTP");
  }

  @Test
  void reportsThatTheServerClosedTheConnection() {
    assertThatThrownBy(() -> run(""))
        .isInstanceOf(EOFException.class)
        .hasMessage("the server closed the connection without a response");
    assertThatThrownBy(() -> run("0000000508"))
        .isInstanceOf(EOFException.class)
        .hasMessage("the server closed the connection in the middle of its response");
  }

  private static String run(String answer) throws IOException {
    return run(answer, new ByteArrayOutputStream());
  }

  private static String run(String answer, ByteArrayOutputStream out) throws IOException {
    return MetadataExchange.run(new ByteArrayInputStream(hex(answer)), out, "a/1", true, "t");
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static String ascii(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }
}
