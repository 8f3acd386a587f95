package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.Level;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class ConnectionInfoCacheTest {
  private static final long HOUR = 3_600_000;

  private final ManualTimer timer = new ManualTimer();
  private final List<CompletableFuture<ConnectionInfo>> fetches = new ArrayList<>();
  private final List<Boolean> forced = new ArrayList<>();
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final ConnectionInfoCache refresh = cache(false);

  private ConnectionInfoCache cache(boolean lazy) {
    return new ConnectionInfoCache(
        NoEvents.status("i", () -> "p", timer::millis),
        lazy,
        this::fetch,
        timer,
        timer::millis,
        new Jitter(() -> 0),
        new Log(Level.INFO, new PrintStream(logged, true, StandardCharsets.UTF_8)));
  }

  private CompletableFuture<ConnectionInfo> fetch(boolean force) {
    CompletableFuture<ConnectionInfo> fetch = new CompletableFuture<>();
    fetches.add(fetch);
    forced.add(force);
    return fetch;
  }

  private ConnectionInfo info(long lifeMillis) {
    try {
      return new ConnectionInfo(
          new Addresses("10.0.0.1", null, null),
          new ClientCertificate(
              SSLContext.getInstance("TLSv1.3"), timer.millis(), timer.millis() + lifeMillis));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private ConnectionInfo get() throws IOException {
    return refresh.get(Deadline.inMillis(20));
  }

  @Test
  void fetchesOnceForAllWhoAsk() throws IOException {
    refresh.start();
    refresh.start();
    ConnectionInfo info = info(HOUR);
    fetches.get(0).complete(info);
    assertThat(get()).isSameAs(info).isSameAs(get());
    assertThat(fetches).hasSize(1);
  }

  @Test
  void refreshesAheadOfTheEnd() throws IOException {
    refresh.start();
    fetches.get(0).complete(info(HOUR - 1));
    assertThat(timer.next()).isEqualTo(HOUR - 1 - RefreshCalculator.BUFFER);
    timer.advance(HOUR - RefreshCalculator.BUFFER);
    assertThat(fetches).hasSize(2);
    ConnectionInfo next = info(HOUR);
    fetches.get(1).complete(next);
    assertThat(get()).isSameAs(next);
  }

  @Test
  void keepsServingWhatIsValidWhenARefreshFails() throws IOException {
    refresh.start();
    ConnectionInfo first = info(HOUR - 1);
    fetches.get(0).complete(first);
    timer.advance(HOUR - RefreshCalculator.BUFFER);
    fetches.get(1).completeExceptionally(new IOException("down"));
    assertThat(get()).isSameAs(first);
    timer.advance(1_000); // the retry
    assertThat(fetches).hasSize(3);
  }

  @Test
  void neverHandsOutAnExpiredCertificateAfterSleep() {
    refresh.start();
    fetches.get(0).complete(info(HOUR));
    timer.sleep(2 * HOUR); // no timer ran
    assertThatThrownBy(this::get).isInstanceOf(SocketTimeoutException.class);
    assertThat(fetches).hasSize(2);
  }

  @Test
  void saysThatTheClockIsWrongWhereANewCertificateHasExpired() {
    refresh.start();
    fetches.get(0).complete(info(-1_000));
    timer.advance(500);
    fetches.get(1).complete(info(-1_000));
    assertThatThrownBy(this::get)
        .hasMessageContaining("the Admin API has just issued is valid until ")
        .hasMessageContaining("Z: check that clock. The agent asks again in 30 s.");
  }

  @Test
  void aWaitThatIsTooLongTellsTheCauseOfTheLastFailure() {
    refresh.start();
    fetches.get(0).completeExceptionally(new IOException("first"));
    timer.advance(500);
    fetches.get(1).completeExceptionally(new IOException("second"));
    assertThatThrownBy(this::get)
        .hasMessage("second. The agent asks again in 30 s.")
        .hasRootCauseMessage("second");
    timer.advance(12_000);
    assertThatThrownBy(this::get)
        .hasMessage("second. The agent asks again in 18 s; that was its answer 12 s ago.");
    timer.advance(18_000);
    assertThatThrownBy(this::get)
        .hasMessage("second. The agent asks again now; that was its answer 30 s ago.");
  }

  @Test
  void asksNoMoreThanTwiceAtOnceAndThenEveryThirtySeconds() {
    refresh.start();
    fetches.get(0).completeExceptionally(new IOException("down"));
    timer.advance(500);
    assertThat(fetches).hasSize(2);
    fetches.get(1).completeExceptionally(new IOException("down"));
    timer.advance(29_000);
    assertThat(fetches).hasSize(2);
    timer.advance(1_000);
    assertThat(fetches).hasSize(3);
  }

  @Test
  void fetchesAnewWhenAConnectionFailed() throws IOException {
    refresh.start();
    ConnectionInfo first = info(HOUR);
    fetches.get(0).complete(first);
    assertThat(refresh.renewed(first, true, Deadline.inMillis(20))).as("not in time").isNull();
    assertThat(forced).containsExactly(false, true);
    assertThat(get()).as("served meanwhile").isSameAs(first);
    ConnectionInfo second = info(HOUR);
    fetches.get(1).complete(second);
    assertThat(get()).isSameAs(second);
    assertThat(refresh.renewed(first, true, Deadline.inMillis(20)))
        .as("it is long replaced")
        .isSameAs(second);
    assertThat(fetches).hasSize(2);
    assertThat(refresh.renewed(second, true, Deadline.inMillis(60_000)))
        .as("its turn is half a minute away: nobody waits for that")
        .isNull();
  }

  @Test
  void keepsTheCertificateWhereTheAddressAloneIsSuspect() throws IOException {
    refresh.start();
    ConnectionInfo first = info(HOUR);
    fetches.get(0).complete(first);
    assertThat(refresh.renewed(first, false, Deadline.inMillis(20))).isNull();
    assertThat(forced).containsExactly(false, false);
  }

  @Test
  void aRefusalFailsThoseWhoWaitAndEndsBackgroundRetries() {
    refresh.start();
    ApiException refusal = refusal();
    fetches.get(0).completeExceptionally(refusal);
    assertThat(timer.next()).isEqualTo(-1);
    timer.advance(HOUR);
    assertThat(fetches).hasSize(1);
  }

  @Test
  void theNextConnectionAfterARefusalTriesAgain() throws IOException {
    refresh.start();
    fetches.get(0).completeExceptionally(refusal());
    assertThatThrownBy(this::get).hasMessageEndingWith(" The agent asks again now.");
    assertThat(fetches).hasSize(2);
    ConnectionInfo info = info(HOUR);
    fetches.get(1).complete(info);
    assertThat(get()).isSameAs(info);
  }

  @Test
  void whoComesTooEarlyForTheNextTurnIsToldTheLastRefusal() {
    refresh.start();
    fetches.get(0).completeExceptionally(refusal());
    refresh.start();
    fetches.get(1).completeExceptionally(refusal());
    assertThatThrownBy(this::get)
        .hasMessageContaining("HTTP 403")
        .hasMessageEndingWith(" The agent asks again in 30 s.")
        .hasCauseInstanceOf(ApiException.class);
    assertThat(fetches).hasSize(2);
  }

  private static ApiException refusal() {
    return refusal(403, null);
  }

  private static ApiException refusal(int status, String retryAfter) {
    MockLowLevelHttpResponse response = new MockLowLevelHttpResponse().setStatusCode(status);
    if (retryAfter != null) {
      response.addHeader("Retry-After", retryAfter);
    }
    HttpTransport transport =
        new MockHttpTransport.Builder().setLowLevelHttpResponse(response).build();
    Identity identity = new Identity(TestSettings.identity(), () -> transport, Runnable::run);
    try {
      new AdminApi(() -> transport, "https://api", identity, "a/1")
          .connectionInfo(
              InstanceName.parse("projects/p/locations/l/clusters/c/instances/i"), "token");
      throw new AssertionError("not refused");
    } catch (ApiException e) {
      return e;
    }
  }

  private List<String> said() {
    return logged
        .toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  @Test
  void aRefusalIsAWarningThatSaysWhatComesOfIt() {
    refresh.status().reachedAs("orders-db", NoEvents.noTunnels());
    refresh.start();
    fetches.get(0).completeExceptionally(refusal());
    assertThat(refresh.isInTroubleThatWasTold()).isTrue();
    assertThat(said())
        .singleElement()
        .asString()
        .startsWith("WARN alloydb-agent: i: no connection info: ")
        .contains("HTTP 403")
        .endsWith(" Connections to orders-db fail until there is some.");
  }

  @Test
  void aRefusalSaysUntilWhenConnectionsGoOn() {
    refresh.start();
    fetches.get(0).complete(info(HOUR - 1));
    timer.advance(HOUR - RefreshCalculator.BUFFER);
    fetches.get(1).completeExceptionally(refusal());
    assertThat(said())
        .singleElement()
        .asString()
        .endsWith(" Connections go on until 2023-11-14T23:13:19Z, the end of the certificate.");
  }

  @Test
  void aHiccupIsNoWarningAndTroubleThatLastsIsOneThatEnds() {
    refresh.start();
    fetches.get(0).completeExceptionally(new IOException("down"));
    timer.advance(500);
    fetches.get(1).completeExceptionally(new IOException("down"));
    assertThat(said()).isEmpty();
    assertThat(refresh.isInTroubleThatWasTold()).isFalse();
    for (int i = 2; i < 6; i++) {
      timer.advance(30_000);
      fetches.get(i).completeExceptionally(new IOException("down"));
    }
    String failing = "i: no connection info: down. Connections fail until there is some.";
    timer.advance(30_000);
    fetches.get(6).complete(info(HOUR));
    assertThat(said())
        .containsExactly(
            "WARN alloydb-agent: failed again, 3 times since 2023-11-14T22:13:20Z: " + failing,
            "WARN alloydb-agent: failed again, 5 times since 2023-11-14T22:13:20Z: " + failing,
            "INFO alloydb-agent: i: connection info is there again, after 6 failures in 3 min;"
                + " certificate valid until 2023-11-14T23:15:50Z");
    assertThat(refresh.isInTroubleThatWasTold()).isFalse();
  }

  @Test
  void saysNothingWhileAllIsWell() {
    refresh.start();
    for (int i = 0; i < 5; i++) {
      fetches.get(i).complete(info(HOUR - 1));
      timer.advance(HOUR - RefreshCalculator.BUFFER);
    }
    assertThat(said()).isEmpty();
  }

  @Test
  void lazilyFetchesNothingUntilSomebodyAsks() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    lazy.start();
    assertThat(fetches).isEmpty();
    assertThatThrownBy(() -> lazy.get(Deadline.inMillis(20)));
    ConnectionInfo info = info(HOUR);
    fetches.get(0).complete(info);
    assertThat(lazy.get(Deadline.inMillis(20))).isSameAs(info);
    assertThat(timer.next()).as("nothing is planned").isEqualTo(-1);
  }

  @Test
  void lazilyFetchesWithinTheLastFourMinutesAndServesWhatIsLeft() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    assertThatThrownBy(() -> lazy.get(Deadline.inMillis(20)));
    ConnectionInfo info = info(HOUR);
    fetches.get(0).complete(info);
    timer.sleep(HOUR - RefreshCalculator.BUFFER + 1);
    assertThat(lazy.get(Deadline.inMillis(20))).as("the API is slow").isSameAs(info);
    assertThat(fetches).hasSize(2);
    timer.sleep(RefreshCalculator.BUFFER);
    assertThatThrownBy(() -> lazy.get(Deadline.inMillis(20)));
  }

  @Test
  void fetchesNothingAheadOnceItIsStopped() throws IOException {
    refresh.start();
    ConnectionInfo first = info(HOUR);
    fetches.get(0).complete(first);
    refresh.stop();
    assertThat(get()).isSameAs(first);
    timer.advance(2 * HOUR);
    assertThat(fetches).hasSize(1);
    assertThatThrownBy(this::get).isInstanceOf(SocketTimeoutException.class);
    assertThat(fetches).as("who asks all the same is served").hasSize(2);
  }

  @Test
  void lazilyLeavesTimeToConnectWhereTheApiIsInTrouble() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    assertThatThrownBy(() -> lazy.get(Deadline.inMillis(20)));
    ConnectionInfo info = info(HOUR);
    fetches.get(0).complete(info);
    timer.sleep(HOUR - RefreshCalculator.BUFFER);
    Deadline deadline = Deadline.inMillis(400);
    assertThat(lazy.get(deadline)).as("the API does not answer").isSameAs(info);
    assertThat(deadline.remainingMillis()).isBetween(1L, 200L);
    fetches.get(1).completeExceptionally(new IOException("down"));
    Deadline next = Deadline.inMillis(60_000);
    assertThat(lazy.get(next)).as("its next turn is half a minute away").isSameAs(info);
    assertThat(next.remainingMillis()).isGreaterThan(30_000);
  }

  @Test
  void aConnectionThatComesWhenARefreshIsOverdueStartsIt() throws IOException {
    refresh.start();
    ConnectionInfo first = info(HOUR - 1);
    fetches.get(0).complete(first);
    timer.advance(HOUR - 1 - RefreshCalculator.BUFFER);
    fetches.get(1).completeExceptionally(refusal());
    assertThat(timer.next()).as("refused: no retry in the background").isEqualTo(-1);
    assertThat(get()).as("nobody waits").isSameAs(first);
    assertThat(fetches).hasSize(3);
    ConnectionInfo second = info(HOUR);
    fetches.get(2).complete(second);
    assertThat(get()).isSameAs(second);
  }

  @Test
  void certificatesOfAMinuteAreReplacedInTimeThoughEveryTenthRefreshFails() throws IOException {
    refresh.start();
    for (int i = 0; i < 60; i++) {
      assertThat(fetches).hasSize(i + 1);
      if (i % 10 < 9) {
        fetches.get(i).complete(info(60_000));
      } else {
        fetches.get(i).completeExceptionally(new IOException("down"));
      }
      timer.advance(timer.next());
      assertThat(get()).isNotNull();
    }
  }

  @Test
  void waitsAsLongAsTheApiAsks() {
    refresh.start();
    fetches.get(0).completeExceptionally(refusal(429, "7"));
    timer.advance(6_999);
    assertThat(fetches).hasSize(1);
    timer.advance(1);
    assertThat(fetches).hasSize(2);
  }

  @Test
  void spreadsRefreshesOfJvmsThatStartedTogether() {
    Jitter most = new Jitter(() -> 1);
    assertThat(most.earlier(1_000)).isEqualTo(800);
    assertThat(most.earlier(HOUR)).isEqualTo(HOUR - 300_000);
    assertThat(most.earlier(0)).isZero();
  }

  @Test
  void anInterruptOfAPlatformThreadEndsNoWaitAndStaysSet() {
    refresh.start();
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::get).isInstanceOf(SocketTimeoutException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
