package io.github.alloydbagent.tunnel.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.testing.http.MockHttpTransport;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.tunnel.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LoginResponseStreamTest {
  private static final byte[] OK = message('R', number(0));
  private static final byte[] REFUSAL = error("28000", "no such user");
  private static final String ADVICE =
      "AlloyDB Agent: AAJ-605: the tunnel is authorized as the principal of access-token; the"
          + " connection requested user \"postgres\". Set iam-user to that principal's database"
          + " user: its e-mail"
          + " address, a service account's without .gserviceaccount.com.";

  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final Log log =
      new Log(LogLevel.INFO, new PrintStream(logged, true, StandardCharsets.UTF_8));
  private final StartupMessageRewriter startup =
      new StartupMessageRewriter(new ByteArrayOutputStream(), null);

  /** The server's bytes in fragments; an empty fragment is a read that times out. */
  private static final class Pieces extends InputStream {
    private final byte[][] pieces;
    private int piece;
    private int at;

    Pieces(byte[]... pieces) {
      this.pieces = pieces;
    }

    @Override
    public int read() {
      throw new AssertionError("one byte at a time is a waste");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (piece == pieces.length) {
        return -1;
      }
      if (pieces[piece].length == 0) {
        piece++;
        throw new SocketTimeoutException();
      }
      int n = Math.min(length, pieces[piece].length - at);
      System.arraycopy(pieces[piece], at, bytes, offset, n);
      at += n;
      if (at == pieces[piece].length) {
        piece++;
        at = 0;
      }
      return n;
    }

    @Override
    public int available() {
      return piece == pieces.length ? 0 : pieces[piece].length - at;
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] message(char type, byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) type)
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  private static byte[] error(String state, String message, String... more) {
    String fields = "SFATAL\0C" + state + "\0M" + message + "\0" + String.join("\0", more) + "\0";
    return message(
        'E', (more.length == 0 ? fields : fields + "\0").getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hinted(byte[] error, String hint) {
    byte[] field = ("H" + hint + "\0\0").getBytes(StandardCharsets.UTF_8);
    byte[] body = Arrays.copyOfRange(error, 5, error.length - 1 + field.length);
    System.arraycopy(field, 0, body, error.length - 6, field.length);
    return message('E', body);
  }

  private static byte[] joined(byte[]... all) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] each : all) {
      joined.writeBytes(each);
    }
    return joined.toByteArray();
  }

  private IamLogin login(String... settings) throws IOException {
    Mapping mapping = TestSettings.mapping(settings);
    VirtualTime time = new VirtualTime();
    Identity identity =
        TestIdentity.of(mapping.settings().identity(), () -> new MockHttpTransport(), time);
    CompletableFuture<String> token = identity.token(Scope.LOGIN);
    time.settle();
    assertThat(token).isCompleted();
    return new Target(mapping, identity, null, Runnable::run, null, Clock.SYSTEM, log)
        .iamLogin("orders-db:5432", log);
  }

  private LoginResponseStream answer(byte[]... pieces) throws IOException {
    startup.write(
        ByteBuffer.allocate(23)
            .putInt(23)
            .putInt(3 << 16)
            .put("user\0postgres\0\0".getBytes(StandardCharsets.US_ASCII))
            .array());
    return unasked(pieces);
  }

  private LoginResponseStream unasked(byte[]... pieces) throws IOException {
    return new LoginResponseStream(new Pieces(pieces), startup, login("access-token", "ya29.x"));
  }

  @Test
  void addsAHintToARefusal() throws IOException {
    assertThat(answer(REFUSAL).readAllBytes()).isEqualTo(hinted(REFUSAL, ADVICE));
  }

  @Test
  void appendsTheHintToTheServersHint() throws IOException {
    byte[] refusal = error("28P01", "no", "HAsk somebody.", "Fauth.c");
    assertThat(new String(answer(refusal).readAllBytes(), StandardCharsets.UTF_8))
        .endsWith("\0HAsk somebody. " + ADVICE + "\0Fauth.c\0\0");
  }

  @Test
  void acceptsAFragmentedResponse() throws IOException {
    byte[][] pieces = new byte[REFUSAL.length][];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = new byte[] {REFUSAL[i]};
    }
    LoginResponseStream in = answer(pieces);
    assertThat(in.available()).as("tells nothing half").isEqualTo(hinted(REFUSAL, ADVICE).length);
    assertThat(in.readAllBytes()).isEqualTo(hinted(REFUSAL, ADVICE));
  }

  @Test
  void losesNoBytesWhenReadsTimeOut() throws IOException {
    LoginResponseStream in =
        answer(
            Arrays.copyOf(REFUSAL, 3),
            new byte[0],
            Arrays.copyOfRange(REFUSAL, 3, 20),
            new byte[0],
            Arrays.copyOfRange(REFUSAL, 20, REFUSAL.length));
    assertThat(in.available()).isZero();
    assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
    assertThatThrownBy(() -> in.read(new byte[10])).isInstanceOf(SocketTimeoutException.class);
    assertThat(in.read()).isEqualTo('E');
    assertThat(in.readAllBytes()).hasSize(hinted(REFUSAL, ADVICE).length - 1);
  }

  @Test
  void addsAHintAfterThePasswordIsChecked() throws IOException {
    byte[] sasl = message('R', joined(number(10), "SCRAM-SHA-256\0\0".getBytes()));
    byte[] refusal = error("28P01", "password authentication failed");
    LoginResponseStream in = answer(sasl, message('R', number(11)), refusal);
    byte[] first = new byte[64];
    assertThat(in.read(first)).isEqualTo(sasl.length);
    assertThat(logged.toString(StandardCharsets.UTF_8))
        .contains(
            "WARN alloydb-agent: AAJ-606: host orders-db:5432, which is mapped to"
                + " projects/p/locations/l/clusters/c/instances/i: the server asks for a password,"
                + " although enable-iam-auth is set. The tunnel is authorized as the principal of"
                + " access-token; the connection requested user \"postgres\".");
    assertThat(in.readNBytes(9)).isEqualTo(message('R', number(11)));
    assertThat(in.readAllBytes()).isEqualTo(hinted(refusal, ADVICE));
  }

  @Test
  void addsAHintAfterTheRoleIsLookedUp() throws IOException {
    byte[] all = joined(OK, REFUSAL);
    assertThat(answer(all).readAllBytes()).isEqualTo(joined(OK, hinted(REFUSAL, ADVICE)));
    assertThat(logged.size()).isZero();
  }

  @Test
  void changesNothingOnceTheSessionHasBegun() throws IOException {
    byte[] all = joined(OK, message('S', "a\0b\0".getBytes()), REFUSAL);
    assertThat(answer(all).readAllBytes()).isEqualTo(all);
    assertThat(answer(joined(message('Z', new byte[1]), REFUSAL)).readAllBytes())
        .isEqualTo(joined(message('Z', new byte[1]), REFUSAL));
  }

  @Test
  void leavesOtherErrorsUnchanged() throws IOException {
    byte[] full = error("53300", "sorry, too many clients already");
    assertThat(answer(full).readAllBytes()).isEqualTo(full);
  }

  @Test
  void leavesOtherResponsesUnchanged() throws IOException {
    assertThat(unasked(REFUSAL).readAllBytes()).isEqualTo(REFUSAL);
  }

  /** The format of a server that cannot even start a process. */
  @Test
  void leavesProtocol2ErrorsUnchanged() throws IOException {
    byte[] old = "Ecould not fork new process\n\0".getBytes(StandardCharsets.US_ASCII);
    assertThat(answer(old).readAllBytes()).isEqualTo(old);
  }

  @Test
  void passesATruncatedError() throws IOException {
    byte[] half = Arrays.copyOf(REFUSAL, REFUSAL.length - 5);
    assertThat(answer(half).readAllBytes()).isEqualTo(half);
  }

  @Test
  void passesAMalformedError() throws IOException {
    for (String body : new String[] {"", "C28000", "C28000\0", "C28000\0\0more"}) {
      byte[] malformed = message('E', body.getBytes(StandardCharsets.US_ASCII));
      assertThat(answer(malformed).readAllBytes()).isEqualTo(malformed);
    }
    byte[] long_ = error("28000", "x".repeat(20_000));
    assertThat(answer(long_).readAllBytes()).isEqualTo(long_);
  }

  @Test
  void growsTheBufferForALongRefusal() throws IOException {
    byte[] refusal = error("28000", "x".repeat(10_000));
    assertThat(answer(OK, refusal).readAllBytes()).isEqualTo(joined(OK, hinted(refusal, ADVICE)));
  }

  /** Everything that is not a refusal passes unchanged, however it is fragmented and read. */
  @Test
  void passesArbitraryBytes() throws IOException {
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(64)];
      random.nextBytes(bytes);
      if (bytes.length >= 9) {
        ByteBuffer.wrap(bytes)
            .put((byte) "ERNvRS".charAt(random.nextInt(6)))
            .putInt(random.nextInt(80))
            .putInt(random.nextInt(12));
      }
      int cut = random.nextInt(bytes.length);
      byte[] one = Arrays.copyOf(bytes, cut);
      byte[] other = Arrays.copyOfRange(bytes, cut, bytes.length);
      LoginResponseStream in = cut == 0 ? answer(other) : answer(one, other);
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      byte[] buffer = new byte[1 + random.nextInt(9)];
      while (true) {
        int available = in.available();
        int n = in.read(buffer);
        if (n < 0) {
          assertThat(available).isZero();
          break;
        }
        read.write(buffer, 0, n);
      }
      assertThat(read.toByteArray()).isEqualTo(bytes);
    }
  }
}
