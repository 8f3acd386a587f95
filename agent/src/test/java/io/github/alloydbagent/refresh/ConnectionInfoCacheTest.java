package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.core.connections.SimulatedCloud;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.Events;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.status.State;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ConnectionInfoCacheTest {
  private static final long HOUR = 3_600_000;

  private final VirtualTime time = new VirtualTime();
  private final List<CompletableFuture<ConnectionInfo>> fetches = new ArrayList<>();
  private final List<Boolean> forced = new ArrayList<>();
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final ConnectionInfoCache cache = cache(false);

  private ConnectionInfoCache cache(boolean lazy) {
    return new ConnectionInfoCache(
        NoEvents.status("i", () -> "p", time::wallMillis),
        lazy,
        this::fetch,
        time.timer(),
        time,
        new Jitter(() -> 1),
        new Log(LogLevel.INFO, new PrintStream(logged, true, StandardCharsets.UTF_8)));
  }

  private CompletableFuture<ConnectionInfo> fetch(ClientCertificate outdated) {
    CompletableFuture<ConnectionInfo> fetch = new CompletableFuture<>();
    fetches.add(fetch);
    forced.add(outdated != null);
    return fetch;
  }

  private ConnectionInfo info(long lifeMillis) {
    return info("10.0.0.1", lifeMillis);
  }

  private ConnectionInfo info(String address, long lifeMillis) {
    return info(address, List.of(), lifeMillis);
  }

  private ConnectionInfo info(String address, List<X509Certificate> authorities, long lifeMillis) {
    try {
      return new ConnectionInfo(
          new Addresses(address, null, null),
          new ClientCertificate(
              SSLContext.getInstance("TLSv1.3"),
              authorities,
              time,
              time.wallMillis() + lifeMillis,
              lifeMillis));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Completes the last fetch. */
  private ConnectionInfo answer(ConnectionInfo info) {
    fetches.get(fetches.size() - 1).complete(info);
    return info;
  }

  private void fail(Exception failure) {
    fetches.get(fetches.size() - 1).completeExceptionally(failure);
  }

  /** Returns the result of a call that must not wait. */
  private ConnectionInfo get() throws IOException {
    return cache.get(Deadline.inMillis(20, time));
  }

  /** Returns the result of a call, while time advances by the given milliseconds. */
  private CompletableFuture<ConnectionInfo> waiter(long millis) {
    CompletableFuture<ConnectionInfo> waiter = cache.valid(Deadline.inMillis(millis, time));
    time.settle();
    return waiter;
  }

  @Test
  void concurrentCallersShareOneFetch() throws IOException {
    cache.start();
    time.settle();
    CompletableFuture<ConnectionInfo> waiting = waiter(10_000);
    ConnectionInfo info = answer(info(HOUR));
    assertThat(get()).isSameAs(info).isSameAs(get()).isSameAs(waiting.join());
    assertThat(fetches).hasSize(1);
  }

  @Test
  void refreshesBeforeTheCertificateExpires() throws IOException {
    cache.start();
    time.settle();
    answer(info(HOUR - 1));
    time.advance(HOUR - RefreshCalculator.BUFFER_MILLIS - 300_000 - 1); // the earliest
    assertThat(fetches).hasSize(2);
    assertThat(answer(info(HOUR))).isSameAs(get());
  }

  @Test
  void returnsValidInfoWhileRefreshesFail() throws IOException {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR - 1));
    time.advance(HOUR - RefreshCalculator.BUFFER_MILLIS);
    fail(new IOException("down"));
    assertThat(get()).isSameAs(first);
    time.advance(200); // the retry
    assertThat(fetches).hasSize(3);
  }

  @Test
  void neverReturnsAnExpiredCertificateAfterSuspension() {
    cache.start();
    time.settle();
    answer(info(HOUR));
    time.stepWall(2 * HOUR); // no timer ran
    CompletableFuture<ConnectionInfo> waiting = waiter(10_000);
    assertThat(waiting).isNotDone();
    assertThat(fetches).hasSize(2);
    time.advance(10_000);
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void neverReturnsAnExpiredCertificateAfterTheWallClockWasSetBack() {
    cache.start();
    time.settle();
    answer(info(HOUR));
    time.stepWall(-24 * HOUR);
    time.freeze(HOUR);
    assertThat(waiter(10_000)).isNotDone();
    assertThat(cache.cached()).isNull();
  }

  @Test
  void replacesACertificateThatExpiredDuringSuspensionWithinHalfAMinute() {
    cache.start();
    time.settle();
    answer(info(HOUR));
    time.stepWall(2 * HOUR); // the timer's clock was stopped
    time.advance(30_000);
    assertThat(fetches).hasSize(2);
  }

  /** Regression: the rate limit ran on the wall clock. */
  @Test
  void recoversFromAFailoverAfterTheWallClockWasSetBack() {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR));
    time.stepWall(-HOUR / 2);
    CompletableFuture<ConnectionInfo> renewal =
        cache.replacement(first, false, Deadline.inMillis(10_000, time));
    time.settle();
    assertThat(answer(info("10.0.0.2", HOUR))).isSameAs(renewal.join());
  }

  @Test
  void reportsAWrongClockIfANewCertificateIsExpired() {
    cache.start();
    time.settle();
    answer(info(-1_000));
    CompletableFuture<ConnectionInfo> waiting = waiter(100);
    time.advance(100);
    assertThatThrownBy(waiting::join)
        .hasMessageContaining("the Admin API just issued is valid until ")
        .hasMessageContaining("Z: check the clock. The agent retries ");
  }

  /** Regression: attempts at 0 and 0.5 s were followed by one only after 30 s. */
  @Test
  void noConnectionFailsWhileTheApiIsDownForTheFirstNineSeconds() {
    cache.start();
    time.settle();
    List<CompletableFuture<ConnectionInfo>> connections = new ArrayList<>();
    for (int tenth = 0; tenth < 300; tenth++) {
      if (tenth % 40 == 0) {
        connections.add(waiter(10_000));
      }
      if (!fetches.get(fetches.size() - 1).isDone()) {
        if (tenth < 90) {
          fail(new IOException("HTTP 503"));
        } else {
          answer(info(HOUR));
        }
      }
      time.advance(100);
    }
    assertThat(connections).hasSize(8).allSatisfy(one -> assertThat(one).isCompleted());
  }

  @Test
  void fetchesAgainWhenAConnectionFailed() throws IOException {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR));
    CompletableFuture<ConnectionInfo> renewal =
        cache.replacement(first, true, Deadline.inMillis(20, time));
    time.settle();
    assertThat(forced).containsExactly(false, true);
    assertThat(get()).as("served meanwhile").isSameAs(first);
    time.advance(20);
    assertThat(renewal).as("too late").isCompletedExceptionally();
    ConnectionInfo second = answer(info(HOUR));
    assertThat(get()).isSameAs(second);
    assertThat(cache.replacement(first, true, Deadline.inMillis(20, time)))
        .as("it was replaced long ago")
        .isCompletedWithValue(second);
    assertThat(fetches).hasSize(2);
    ConnectionInfo third = renewed(second);
    assertThat(cache.replacement(third, true, Deadline.inMillis(60_000, time)))
        .as("the limit admits the next one in half a minute: the connection does not wait for that")
        .isCompletedWithValue(null);
    time.advance(31_000);
    assertThat(forced).as("but it is fetched then").hasSize(4).last().isEqualTo(true);
  }

  private ConnectionInfo renewed(ConnectionInfo failed) {
    CompletableFuture<ConnectionInfo> renewal =
        cache.replacement(failed, true, Deadline.inMillis(10_000, time));
    time.settle();
    answer(info(HOUR));
    return renewal.join();
  }

  @Test
  void doesNotLimitRefreshesThatFindANewAddress() {
    cache.start();
    time.settle();
    ConnectionInfo info = answer(info("10.0.0.1", HOUR));
    for (int i = 2; i < 12; i++) {
      CompletableFuture<ConnectionInfo> renewal =
          cache.replacement(info, false, Deadline.inMillis(10_000, time));
      time.settle();
      info = answer(info("10.0.0." + i, HOUR));
      assertThat(renewal).isCompletedWithValue(info);
    }
  }

  @Test
  void doesNotLimitRefreshesThatFindANewAuthority() {
    cache.start();
    time.settle();
    ConnectionInfo info = answer(info(HOUR));
    for (int i = 0; i < 12; i++) {
      CompletableFuture<ConnectionInfo> renewal =
          cache.replacement(info, true, Deadline.inMillis(10_000, time));
      time.settle();
      List<X509Certificate> rotated = SimulatedCloud.AUTHORITIES.subList(i % 3, i % 3 + 1);
      info = answer(info("10.0.0.1", rotated, HOUR));
      assertThat(renewal).isCompletedWithValue(info);
    }
  }

  @Test
  void keepsTheCertificateIfOnlyTheAddressMayBeStale() {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR));
    CompletableFuture<ConnectionInfo> unused =
        cache.replacement(first, false, Deadline.inMillis(20, time));
    time.settle();
    assertThat(forced).containsExactly(false, false);
  }

  /** Packets to the old address of a moved instance are often dropped. */
  @Test
  void fetchesAddressesInTheBackgroundForAConnectionThatHasTimedOut() throws IOException {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info("10.0.0.1", HOUR));
    assertThat(cache.replacement(first, false, Deadline.inMillis(0, time)))
        .isCompletedWithValue(null);
    time.settle();
    assertThat(forced).containsExactly(false, false);
    ConnectionInfo second = answer(info("10.0.0.2", HOUR));
    assertThat(get()).isSameAs(second);
  }

  @Test
  void theNextConnectionAfterARefusalFetchesAgain() {
    cache.start();
    time.settle();
    fail(refusal());
    CompletableFuture<ConnectionInfo> waiting = waiter(10_000);
    time.advance(5_000);
    assertThat(fetches).hasSize(2);
    assertThat(waiting.getNow(null)).isNull();
    assertThat(answer(info(HOUR))).isSameAs(waiting.join());
  }

  @Test
  void failsWithTheLastRefusalUntilTheNextAttempt() {
    cache.start();
    time.settle();
    fail(refusal());
    time.advance(2_000);
    assertThatThrownBy(this::get)
        .isInstanceOf(EarlierFailureException.class)
        .hasMessageContaining("HTTP 403")
        .hasMessageEndingWith(" The agent retries in 3 s; this failure is 2 s old.")
        .hasCauseInstanceOf(ApiException.class);
    assertThat(fetches).hasSize(1);
  }

  /** Regression: a role that was granted later had no effect while no application connected. */
  @Test
  void recoversFromARefusalWithoutAConnection() {
    cache.start();
    time.settle();
    fail(refusal());
    time.advance(30_000);
    assertThat(fetches).hasSize(2);
    ConnectionInfo info = answer(info(HOUR));
    assertThat(cache.cached()).isSameAs(info);
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
    Identity identity = TestIdentity.of(TestSettings.identity(), () -> transport);
    try {
      new AdminApi(() -> transport, "https://api", identity, "a/1")
          .connectionInfo(
              InstanceName.parse("projects/p/locations/l/clusters/c/instances/i"), "token");
      throw new AssertionError("not refused");
    } catch (ApiException e) {
      return e;
    }
  }

  private List<String> logLines() {
    return logged
        .toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  @Test
  void warnsOfARefusalWithTheAffectedHosts() {
    cache.status().addHost("orders-db", NoEvents.noTunnels());
    cache.start();
    time.settle();
    fail(refusal());
    assertThat(cache.isFailureLogged()).isTrue();
    assertThat(logLines())
        .singleElement()
        .asString()
        .startsWith("WARN alloydb-agent: AAJ-302: i: no connection info: ")
        .contains("HTTP 403", "orders-db");
  }

  @Test
  void warnsOfARefusalWithTheExpiryOfTheCertificate() {
    cache.start();
    time.settle();
    answer(info(HOUR - 1));
    time.advance(HOUR - RefreshCalculator.BUFFER_MILLIS);
    fail(refusal());
    assertThat(logLines()).singleElement().asString().contains("2023-11-14T23:13:19Z");
  }

  @Test
  void logsALongTransientFailureAndItsRecovery() {
    cache.start();
    time.settle();
    fail(new IOException("down"));
    time.advance(500);
    fail(new IOException("down"));
    assertThat(logLines()).isEmpty();
    assertThat(cache.isFailureLogged()).isFalse();
    for (int i = 0; i < 10; i++) {
      time.advance(30_000);
      fail(new IOException("down"));
    }
    time.advance(30_000);
    answer(info(HOUR));
    assertThat(logLines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("WARN").contains("i: ", "down"),
            line -> assertThat(line).startsWith("WARN").contains("i: ", "down"),
            line -> assertThat(line).startsWith("WARN").contains("i: ", "down"),
            line -> assertThat(line).startsWith("INFO").contains("i: ", " failures in "));
    assertThat(cache.isFailureLogged()).isFalse();
  }

  @Test
  void logsNothingWhileHealthy() {
    cache.start();
    time.settle();
    for (int i = 0; i < 5; i++) {
      answer(info(HOUR - 1));
      time.advance(HOUR - RefreshCalculator.BUFFER_MILLIS);
    }
    assertThat(logLines()).isEmpty();
  }

  /** Regression: the success was not recorded, so probes failed until the next refresh. */
  @Test
  void anErrorOfTheFlightRecorderDoesNotChangeTheState() {
    Events broken =
        new NoEvents() {
          @Override
          public Object begin(EventKind kind) {
            throw new OutOfMemoryError("thrown by a test");
          }
        };
    ConnectionInfoCache recorded =
        new ConnectionInfoCache(
            new InstanceStatus("i", "1", () -> "p", time, broken),
            false,
            this::fetch,
            time.timer(),
            time,
            new Jitter(() -> 1),
            new Log(LogLevel.INFO, new PrintStream(logged, true, StandardCharsets.UTF_8)));
    recorded.start();
    time.settle();
    fail(new IOException("down"));
    assertThat(recorded.status().state()).isEqualTo(State.FAILED);
    time.advance(30_000);
    answer(info(HOUR));
    assertThat(recorded.status().state()).isEqualTo(State.READY);
    assertThat(recorded.status().lastRefresh()).isPositive();
  }

  /** Regression: with the wall clock set back, an expired certificate counted as valid. */
  @Test
  void theStateFollowsBothClocks() {
    cache.start();
    time.settle();
    answer(info(HOUR));
    assertThat(cache.status().state()).isEqualTo(State.READY);
    time.stepWall(-24 * HOUR);
    time.freeze(HOUR);
    assertThat(cache.cached()).isNull();
    assertThat(cache.status().state()).isNotIn(State.READY, State.DEGRADED);
  }

  @Test
  void lazyCacheFetchesOnlyOnDemand() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    lazy.start();
    time.settle();
    assertThat(fetches).isEmpty();
    CompletableFuture<ConnectionInfo> waiting = lazy.valid(Deadline.inMillis(1_000, time));
    time.settle();
    ConnectionInfo info = answer(info(HOUR));
    assertThat(lazy.get(Deadline.inMillis(20, time))).isSameAs(info).isSameAs(waiting.join());
    assertThat(time.pending()).as("nothing is planned").isZero();
  }

  @Test
  void lazyCacheReturnsValidInfoIfTheApiIsSlowInTheLastFourMinutes() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    CompletableFuture<ConnectionInfo> unused = lazy.valid(Deadline.inMillis(1_000, time));
    time.settle();
    ConnectionInfo info = answer(info(HOUR));
    time.freeze(HOUR - RefreshCalculator.BUFFER_MILLIS + 1);
    assertThat(lazy.get(Deadline.inMillis(20))).as("the API is slow").isSameAs(info);
    time.settle();
    assertThat(fetches).hasSize(2);
    time.freeze(RefreshCalculator.BUFFER_MILLIS);
    assertThat(lazy.valid(Deadline.inMillis(1_000, time))).isNotDone();
  }

  @Test
  void lazyCacheLeavesTimeToConnectIfTheApiDoesNotRespond() throws IOException {
    ConnectionInfoCache lazy = cache(true);
    CompletableFuture<ConnectionInfo> unused = lazy.valid(Deadline.inMillis(1_000, time));
    time.settle();
    ConnectionInfo info = answer(info(HOUR));
    time.freeze(HOUR - RefreshCalculator.BUFFER_MILLIS);
    Deadline deadline = Deadline.inMillis(400);
    assertThat(lazy.get(deadline)).isSameAs(info);
    assertThat(deadline.remainingMillis()).isPositive();
  }

  @Test
  void doesNotRefreshInTheBackgroundAfterStop() throws IOException {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR));
    cache.stop();
    assertThat(get()).isSameAs(first);
    time.advance(2 * HOUR);
    assertThat(fetches).hasSize(1);
    assertThat(waiter(1_000)).isNotDone();
    assertThat(fetches).as("who asks all the same is served").hasSize(2);
  }

  @Test
  void aConnectionStartsAnOverdueRefreshAndDoesNotWait() throws IOException {
    cache.start();
    time.settle();
    ConnectionInfo first = answer(info(HOUR - 1));
    time.freeze(HOUR - 1 - RefreshCalculator.BUFFER_MILLIS); // the timer is late
    assertThat(get()).isSameAs(first);
    time.settle();
    assertThat(fetches).hasSize(2);
    assertThat(answer(info(HOUR))).isSameAs(get());
  }

  @Test
  void replacesCertificatesOfAMinuteInTimeIfEveryTenthRefreshFails() throws IOException {
    cache.start();
    time.settle();
    for (int second = 0; second < 1_800; second++) {
      CompletableFuture<ConnectionInfo> last = fetches.get(fetches.size() - 1);
      if (!last.isDone() && fetches.size() % 10 > 0) {
        answer(info(60_000));
      } else if (!last.isDone()) {
        fail(new IOException("down"));
      }
      time.advance(1_000);
      assertThat(get()).isNotNull();
    }
    assertThat(fetches.size()).isBetween(50, 75);
  }

  @Test
  void refreshesWithJitterForAMonthWithoutMissingOne() throws IOException {
    Random random = new Random(4711);
    ConnectionInfoCache jittered =
        new ConnectionInfoCache(
            NoEvents.status("i", () -> "p", time::wallMillis),
            false,
            this::fetch,
            time.timer(),
            time,
            new Jitter(random::nextDouble),
            new Log(LogLevel.OFF, System.err));
    jittered.start();
    time.settle();
    for (int minute = 0; minute < 30 * 24 * 60; minute++) {
      if (!fetches.get(fetches.size() - 1).isDone()) {
        answer(info(HOUR - 1));
      }
      time.advance(60_000);
      assertThat(time.pending()).isEqualTo(1);
    }
    assertThat(fetches.size()).isBetween(30 * 24, 30 * 24 * 5 / 4);
  }

  @Test
  void spreadsRefreshesOfJvmsThatStartedTogether() {
    Jitter most = new Jitter(() -> 1);
    assertThat(most.shorten(1_000)).isEqualTo(800);
    assertThat(most.shorten(HOUR)).isEqualTo(HOUR - 300_000);
    assertThat(most.shorten(0)).isZero();
  }

  @Test
  void reportsTheTimeOfTheNextRefresh() {
    cache.start();
    time.settle();
    answer(info(HOUR));
    assertThat(cache.status().nextRefresh() - time.wallMillis()).isBetween(HOUR / 3, HOUR);
    assertThat(cache(true).status().nextRefresh()).as("on demand").isZero();
  }

  @Test
  void anInterruptEndsTheWaitAndStaysSet() {
    cache.start();
    time.settle();
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::get).isInstanceOf(SocketTimeoutException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
