package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.core.connections.SimulatedCloud;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts the calls of the Admin API that instances of one cluster make. */
class ConnectionInfoCallsTest {
  private static final int MINUTE = 60_000;
  private static final ClientKey KEY = ClientKey.generate();

  private final VirtualTime time = new VirtualTime();
  private final SimulatedCloud cloud =
      new SimulatedCloud(time, new Random(1), TestConnectionInfo.pair(KEY));
  private final Random random = new Random(2);
  private final Jitter jitter = new Jitter(random::nextDouble);
  private final Identity identity = TestIdentity.ofToken("t", time);
  private final ClusterCertificate certificate =
      new ClusterCertificate(
          instance(0),
          cloud.api(identity),
          identity,
          () -> CompletableFuture.completedFuture(KEY),
          time.timer(),
          cloud.executor()::execute,
          time,
          jitter);

  /** The minutes in which calls were made, by kind of call. */
  private final Map<String, List<Integer>> minutesOfCalls = new TreeMap<>();

  private int minute;

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 15, 25, 30, 33, 34, 35, 40, 45, 48, 50, 51, 55})
  void instancesThatShareACertificateMakeAtMostTwoCallsAnHour(int minutesApart) {
    for (int i = 0; i < 4; i++) {
      cloud.create(instance(i), "10.0.0." + i);
      start(instance(i));
      advance(minutesApart);
    }
    advance(12 * 60);
    assertThat(minutesOfCalls.keySet()).hasSize(5);
    minutesOfCalls.forEach(
        (call, minutes) -> {
          for (int i = 2; i < minutes.size(); i++) {
            assertThat(minutes.get(i) - minutes.get(i - 2))
                .as("minutes between three calls, " + call + " in the minutes " + minutes)
                .isGreaterThanOrEqualTo(60);
          }
        });
  }

  private void advance(int minutes) {
    for (int i = 0; i < minutes; i++) {
      cloud.calls.clear();
      time.advance(MINUTE);
      minute++;
      cloud.calls.forEach(
          (call, count) ->
              minutesOfCalls
                  .computeIfAbsent(call, any -> new ArrayList<>())
                  .addAll(Collections.nCopies(count, minute)));
    }
  }

  @Test
  void aScheduledRefreshReusesRecentAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    cloud.create(instance(0), "10.0.0.2");
    time.advance(29 * MINUTE);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    time.advance(MINUTE);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.2");
  }

  /** Certificates of 17 s are refreshed after 8 s at the earliest. */
  @Test
  void aScheduledRefreshOfAShortCertificateAsksForAddresses() {
    cloud.certificateLifeMillis = 17_000;
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    cloud.create(instance(0), "10.0.0.2");
    time.advance(7_200);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.2");
  }

  /** The monotonic clock stands still while a machine sleeps. */
  @Test
  void aRefreshAfterTheMachineSleptAsksForAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    cloud.create(instance(0), "10.0.0.2");
    time.stepWall(35 * MINUTE);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.2");
  }

  @Test
  void aForcedRefreshAsksForAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    CompletableFuture<ConnectionInfo> first = fetch.fetch(null);
    assertThat(addressesOf(first)).isEqualTo("10.0.0.1");
    cloud.create(instance(0), "10.0.0.2");
    CompletableFuture<ConnectionInfo> second = fetch.fetch(first.join().certificate());
    assertThat(addressesOf(second)).isEqualTo("10.0.0.2");
    assertThat(second.join().certificate()).isNotSameAs(first.join().certificate());
  }

  @Test
  void aRefreshAfterAFailedConnectionAsksForAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoCache cache = start(instance(0));
    advance(1);
    ConnectionInfo failed = Objects.requireNonNull(cache.cached());
    cloud.create(instance(0), "10.0.0.2");
    assertThat(addressesOf(cache.replacement(failed, false, Deadline.inMillis(5_000, time))))
        .isEqualTo("10.0.0.2");
  }

  @Test
  void aRefreshDuringWhichAConnectionFailsAsksForAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    time.advance(40 * MINUTE);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    cloud.create(instance(0), "10.0.0.2");
    time.advance(15 * MINUTE); // the certificate is due, the addresses are recent
    CompletableFuture<ConnectionInfo> running = fetch.fetch(null);
    fetch.discardAddresses();
    assertThat(addressesOf(running)).isEqualTo("10.0.0.2");
  }

  /** The refresh that happened while the connection was dialed reused its addresses. */
  @Test
  void aRefreshThatReusedTheAddressesOfAFailedConnectionIsNoReplacement() {
    cloud.create(instance(0), "10.0.0.0");
    cloud.create(instance(1), "10.0.0.1");
    start(instance(0));
    advance(40);
    ConnectionInfoCache cache = start(instance(1));
    advance(1);
    ConnectionInfo failed = Objects.requireNonNull(cache.cached());
    cloud.create(instance(1), "10.0.0.2");
    while (cache.cached() == failed) {
      advance(1); // until the certificate of the other instance is due
    }
    assertThat(addressesOf(CompletableFuture.completedFuture(cache.cached())))
        .isEqualTo("10.0.0.1");
    assertThat(addressesOf(cache.replacement(failed, false, Deadline.inMillis(5_000, time))))
        .isEqualTo("10.0.0.2");
  }

  @Test
  void aRefreshNextToAnotherOneReusesTheSameAddresses() {
    cloud.create(instance(0), "10.0.0.1");
    ConnectionInfoFetch fetch = fetch(instance(0));
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    time.advance(40 * MINUTE);
    assertThat(addressesOf(fetch.fetch(null))).isEqualTo("10.0.0.1");
    time.advance(15 * MINUTE); // the certificate is due, the addresses are recent
    cloud.calls.clear();
    CompletableFuture<ConnectionInfo> first = fetch.fetch(null);
    CompletableFuture<ConnectionInfo> second = fetch.fetch(null);
    assertThat(addressesOf(first)).isEqualTo("10.0.0.1");
    assertThat(addressesOf(second)).isEqualTo("10.0.0.1");
    assertThat(cloud.calls.keySet())
        .singleElement()
        .asString()
        .as("the only call")
        .startsWith("certificate ");
  }

  private ConnectionInfoCache start(InstanceName instance) {
    ConnectionInfoCache cache =
        new ConnectionInfoCache(
            NoEvents.status(instance.uri(), identity::principal, time::wallMillis),
            false,
            fetch(instance),
            time.timer(),
            time,
            jitter,
            new Log(LogLevel.OFF, System.err));
    cache.start();
    return cache;
  }

  private ConnectionInfoFetch fetch(InstanceName instance) {
    return new ConnectionInfoFetch(
        instance, cloud.api(identity), identity, certificate, cloud.executor()::execute, time);
  }

  private @Nullable String addressesOf(CompletableFuture<? extends ConnectionInfo> fetched) {
    time.advance(1_000);
    return fetched.join().addresses().byType().get(IpType.PRIVATE);
  }

  private static InstanceName instance(int number) {
    return InstanceName.parse("projects/p/locations/l/clusters/c/instances/i" + number);
  }
}
