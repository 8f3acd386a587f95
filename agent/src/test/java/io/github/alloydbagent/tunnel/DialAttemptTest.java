package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.status.Failure;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DialAttemptTest {
  private static final Log SILENT = new Log(LogLevel.OFF, System.err);

  private final VirtualTime clock = new VirtualTime();
  private final Mapping mapping = TestSettings.mapping();
  private final InstanceStatus status =
      NoEvents.status(mapping.instance().uri(), () -> "app@p", clock::wallMillis);
  private final Target target = target();

  private Target target() {
    ConnectionInfoCache info =
        new ConnectionInfoCache(
            status,
            true,
            force -> new CompletableFuture<>(),
            clock.timer(),
            clock,
            new Jitter(() -> 0),
            SILENT);
    Identity identity =
        TestIdentity.of(
            mapping.settings().identity(),
            () -> {
              throw new AssertionError("nothing is asked");
            });
    return new Target(mapping, identity, info, task -> {}, clock.timer(), clock, SILENT);
  }

  private DialAttempt dial(long millis) {
    return new DialAttempt(
        "orders-db:5432", target, Deadline.inMillis(millis, clock), DialProgress.NONE, clock);
  }

  private IOException endOf(DialAttempt dial, Throwable cause) {
    IOException failure = dial.toDriverException(cause);
    dial.recordFailure(failure.getMessage());
    return failure;
  }

  /** Seen: the Admin API took all but the last tenth of a second, but TLS was blamed. */
  @Test
  void blamesTheStageThatTookTheTime() {
    DialAttempt dial = dial(10_000);
    clock.freeze(9_900);
    dial.enter(Stage.CREDENTIALS);
    dial.enter(Stage.ADMIN_API);
    dial.enter(Stage.TCP);
    dial.setAddress(IpType.PRIVATE, "10.0.0.1:5433");
    clock.freeze(2);
    dial.enter(Stage.TLS);
    clock.freeze(98);

    IOException failure = endOf(dial, new SocketException("Socket closed"));

    assertThat(failure)
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("TLS to PRIVATE 10.0.0.1:5433 timed out after 10000 ms")
        .hasMessageContaining("Time spent: Admin API 9900 ms, TCP 2 ms, TLS 98 ms.")
        .hasMessageContaining("Check that the Admin API can be reached")
        .message()
        .doesNotContain("does not respond");
    assertThat(status.connectFailuresByStage()).containsOnlyKeys("Admin API");
  }

  @Test
  void blamesTheInterruptedStageIfItTookTheTime() {
    DialAttempt dial = dial(1_000);
    clock.freeze(100);
    dial.enter(Stage.TCP);
    dial.setAddress(IpType.PRIVATE, "10.0.0.1:5433");
    dial.enter(Stage.TLS);
    clock.freeze(900);

    assertThat(endOf(dial, new SocketException("Socket closed")))
        .hasMessageContaining("TLS to PRIVATE 10.0.0.1:5433 timed out after 1000 ms")
        .hasMessageContaining("The server accepted the connection but does not respond.");
    assertThat(status.connectFailuresByStage()).containsOnlyKeys("TLS");
  }

  /** The wait for connection info was a wait for the token of its request. */
  @Test
  void attributesTheWaitForATokenToCredentials() {
    DialAttempt dial = dial(1_000);
    clock.freeze(1_000);
    dial.waitedFor(Stage.CREDENTIALS);

    assertThat(endOf(dial, new SocketTimeoutException("no answer")))
        .hasMessageContaining("credentials timed out after 1000 ms. Check that the token server")
        .message()
        .doesNotContain("Time spent");
    assertThat(status.connectFailuresByStage()).containsOnlyKeys("credentials");
  }

  /** The last five errors were five variants of one that differed only in seconds. */
  @Test
  void recordsTimeoutsWithoutVariableDetails() {
    for (int i = 1; i <= 5; i++) {
      DialAttempt dial = dial(1_000);
      clock.freeze(i);
      dial.enter(Stage.TCP);
      dial.setAddress(IpType.PRIVATE, "10.0.0.1:5433");
      dial.addressFailed(new SocketTimeoutException("timed out after " + (400 + i) + " ms"));
      clock.freeze(1_000 - i);
      endOf(dial, new SocketTimeoutException("late"));
    }
    assertThat(status.failures())
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.times()).isEqualTo(5);
              assertThat(failure.message()).doesNotContain("Time spent");
              assertThat(failure.millis() - failure.firstMillis()).isEqualTo(4_000);
            });
  }

  @Test
  void recordsTheCauseOfAnEarlierFailureWithoutItsTimes() throws Exception {
    IOException cause = new IOException("it returned HTTP 503");
    for (int i = 0; i < 5; i++) {
      DialAttempt dial = dial(1_000);
      endOf(dial, TestConnectionInfo.earlierFailure(cause, 2_000 + i * 1_000, 20_000 - i * 1_000));
    }
    assertThat(status.failures()).extracting(Failure::times).containsExactly(5L);
    assertThat(status.failures().get(0).message())
        .contains("Admin API failed: it returned HTTP 503.")
        .doesNotContain("retries")
        .doesNotContain("ago");
  }

  /** What each stage may find, and its code. */
  static Stream<Arguments> failures() {
    return Stream.of(
        arguments(Stage.CREDENTIALS, coded(ErrorCode.CREDENTIALS_REFUSED), "AAJ-204"),
        arguments(Stage.ADMIN_API, coded(ErrorCode.API_PERMISSION_DENIED), "AAJ-302"),
        arguments(
            Stage.ADMIN_API,
            TestConnectionInfo.earlierFailure(coded(ErrorCode.API_UNAVAILABLE), 2_000, 3_000),
            "AAJ-305"),
        arguments(Stage.ADMIN_API, new IllegalStateException("a bug"), "AAJ-999"),
        arguments(Stage.TCP, new SecurityException("access denied"), "AAJ-999"),
        arguments(Stage.TLS, new NoClassDefFoundError("sun.security.ssl.X"), "AAJ-999"),
        arguments(Stage.METADATA_EXCHANGE, new IllegalStateException("a bug"), "AAJ-999"),
        arguments(Stage.TCP, new ConnectException("Connection refused"), "AAJ-401"),
        arguments(Stage.TCP, new ConnectException("Connection timed out"), "AAJ-402"),
        arguments(Stage.TCP, new NoRouteToHostException("No route to host"), "AAJ-403"),
        arguments(
            Stage.TCP, new IOException("no name", new UnknownHostException("psc")), "AAJ-404"),
        arguments(Stage.TCP, new FailureHints.NoAddress("it has none"), "AAJ-405"),
        arguments(Stage.TCP, coded(ErrorCode.SOCKS_LOGIN_FAILED), "AAJ-407"),
        arguments(Stage.TCP, new SocketException("SOCKS: Host unreachable"), "AAJ-408"),
        arguments(Stage.TCP, new SocketException("Too many open files"), "AAJ-905"),
        arguments(Stage.TLS, new SSLException("Unsupported record"), "AAJ-501"),
        arguments(Stage.TLS, new SSLException("alert: protocol_version"), "AAJ-501"),
        arguments(Stage.TLS, new SocketException("Connection reset"), "AAJ-502"),
        arguments(
            Stage.TLS, new SSLException("a certificate", new CertificateException("?")), "AAJ-511"),
        arguments(Stage.TLS, new SSLHandshakeException("No appropriate protocol"), "AAJ-509"),
        arguments(Stage.METADATA_EXCHANGE, new FailureHints.Refusal("no role"), "AAJ-601"),
        arguments(Stage.METADATA_EXCHANGE, new EOFException("closed"), "AAJ-603"));
  }

  private static IOException coded(ErrorCode code) {
    return new CodedException(code, "it failed");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theCauseHasACode(Stage stage, Throwable cause, String code) {
    DialAttempt dial = dial(10_000);
    dial.enter(stage);
    if (stage.compareTo(Stage.TCP) >= 0) {
      dial.setAddress(IpType.PRIVATE, "10.0.0.1:5433");
    }

    IOException failure = endOf(dial, cause);

    assertThat(failure).hasMessageStartingWith("AlloyDB Agent: " + code + ": no connection to ");
    assertThat(dial.errorCode()).hasToString(code);
    assertThat(dial.logMessage()).startsWith("no connection to host orders-db:5432");
    assertThat(status.failures().get(0).message()).startsWith("AlloyDB Agent: " + code + ": ");
  }

  @ParameterizedTest
  @CsvSource({
    "CREDENTIALS, AAJ-209",
    "ADMIN_API, AAJ-314",
    "TCP, AAJ-402",
    "TLS, AAJ-510",
    "METADATA_EXCHANGE, AAJ-604"
  })
  void theDeadlineHasTheCodeOfTheSlowestStage(Stage stage, String code) {
    DialAttempt dial = dial(1_000);
    dial.enter(stage);
    clock.freeze(1_000);

    assertThat(endOf(dial, new SocketTimeoutException("late")))
        .hasMessageStartingWith("AlloyDB Agent: " + code + ": no connection to ");
  }

  @Test
  void anInterruptHasACode() {
    assertThat(endOf(dial(1_000), new InterruptedIOException("interrupted")))
        .hasMessageStartingWith("AlloyDB Agent: AAJ-907: no connection to ");
  }
}
