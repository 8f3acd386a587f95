package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.Exchange;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.HandshakeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each instance has a different fault for some seconds while an application connects to all of them
 * on many threads. Faults must be reported and must end with their cause; faults that the agent can
 * handle must not affect connections.
 */
@AlloyDbTest
class ServerFaultsIT {
  private static final String CLUSTERS = "projects/local-project/locations/us-central1/clusters/";

  private static final Map<String, HandshakeFault> HANDSHAKES =
      Map.of(
          "black-hole", HandshakeFault.STALL,
          "reset", HandshakeFault.RESET,
          "hang-up", HandshakeFault.HANG_UP,
          "alert", HandshakeFault.ALERT,
          "outdated", HandshakeFault.OUTDATED,
          "certificate-refused", HandshakeFault.CERTIFICATE_REFUSED);

  private static final Map<String, ExchangeFault> EXCHANGES =
      Map.of(
          "refused-exchange", ExchangeFault.error("not on a Monday"),
          "stalled-exchange", ExchangeFault.stall(),
          "bytewise-exchange", ExchangeFault.byteByByte(),
          "empty-exchange", ExchangeFault.claim(0),
          "negative-exchange", ExchangeFault.claim(4_294_967_295L),
          "long-exchange", ExchangeFault.claim(2_000_000_000),
          "garbled-exchange", ExchangeFault.garbage(),
          "postgres-exchange", ExchangeFault.postgresError("no pg_hba.conf entry"),
          "ended-exchange", ExchangeFault.hangUp());

  private static final List<String> OTHERS =
      List.of("down", "restarted", "wrong-name", "other-authority", "moved", "interrupted");

  private static LocalAlloyDb alloyDb;
  private static Attempts attempts;
  private static long from;
  private static long faultStart;
  private static long restarted;
  private static long faultEnd;
  private static long to;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    LocalAlloyDbBuilder plan = LocalAlloyDb.builder().cluster(CLUSTERS + "orders");
    HANDSHAKES.keySet().forEach(plan::instance);
    EXCHANGES.keySet().forEach(plan::instance);
    OTHERS.forEach(plan::instance);
    return plan.cluster(CLUSTERS + "rotated")
        .instance("rotated")
        .cluster(CLUSTERS + "ahead")
        .instance("ahead");
  }

  @BeforeAll
  static void breakAndMend(@TempDir Path directory) throws Exception {
    // the certificates expire on the server before the client, whose clock is behind, refreshes
    // them
    alloyDb.cluster(CLUSTERS + "ahead").clockAhead(Duration.ofMinutes(5));
    // and live as long as the agent waits between two refreshes; otherwise there would be gaps
    alloyDb.cluster(CLUSTERS + "ahead").certificateLife(Duration.ofSeconds(30));
    Map<String, String> hosts = new LinkedHashMap<>();
    for (LocalInstance instance : alloyDb.instances()) {
      hosts.put(instance.shortName(), instance.name());
    }
    try (LoadedJvm jvm = new LoadedJvm(directory, alloyDb)) {
      hosts.forEach(
          (host, name) -> {
            boolean stalls = host.equals("black-hole") || host.equals("stalled-exchange");
            jvm.host(
                host.equals("interrupted") ? "interrupted!" : host,
                name,
                stalls ? "&connectTimeout=8" : LoadedJvm.LONG_TIMEOUT);
          });
      jvm.start().awaitConnected();
      jvm.measure();
      from = System.currentTimeMillis();
      alloyDb.tokens().revokeAll();
      startFaults();
      faultStart = System.currentTimeMillis();
      TimeUnit.SECONDS.sleep(1);
      alloyDb.instance("restarted").start();
      restarted = System.currentTimeMillis();
      TimeUnit.SECONDS.sleep(10);
      faultEnd = System.currentTimeMillis();
      endFaults();
      to = System.currentTimeMillis();
      TimeUnit.SECONDS.sleep(8);
      awaitAnotherCertificate("ahead");
      jvm.measure();
      attempts = jvm.stop();
    }
  }

  private static void awaitAnotherCertificate(String host) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (certificates(host) < 2 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static long certificates(String host) {
    return alloyDb.instance(host).exchanges().stream()
        .map(Exchange::clientCertificate)
        .distinct()
        .count();
  }

  private static void startFaults() {
    HANDSHAKES.forEach((host, fault) -> alloyDb.instance(host).handshakeTrouble().set(fault));
    EXCHANGES.forEach((host, fault) -> alloyDb.instance(host).exchangeTrouble().set(fault));
    alloyDb.instance("down").stop();
    alloyDb.instance("restarted").stop();
    alloyDb.instance("wrong-name").showCertificateFor("10.9.9.9");
    alloyDb.instance("other-authority").showCertificateOfAnotherAuthority();
    alloyDb.instance("moved").move(a -> a.withPrivateIp(Addresses.free()));
    alloyDb.cluster(CLUSTERS + "rotated").renewAuthority();
  }

  private static void endFaults() {
    HANDSHAKES.keySet().forEach(host -> alloyDb.instance(host).handshakeTrouble().clear());
    EXCHANGES.keySet().forEach(host -> alloyDb.instance(host).exchangeTrouble().clear());
    alloyDb.instance("down").start();
    alloyDb.instance("wrong-name").showRightCertificate();
    alloyDb.instance("other-authority").showRightCertificate();
  }

  @ParameterizedTest
  @CsvSource({
    "down, Connection refused",
    "black-hole, timed out after",
    "reset, Connection reset",
    "hang-up, server-side proxy listens there",
    "alert, handshake_failure",
    "outdated, The server does not speak TLS 1.3.",
    "certificate-refused, A server that rejects the client certificate closes the connection like"
        + " this",
    "wrong-name, The server's certificate is not for the address that was dialed",
    "other-authority, is not signed by the cluster's authority",
    "refused-exchange, the server refused: not on a Monday",
    "stalled-exchange, timed out after",
    "empty-exchange, metadata exchange to PRIVATE",
    "negative-exchange, the server announces a response of 4294967295 bytes",
    "long-exchange, the server announces a response of 2000000000 bytes",
    "garbled-exchange, metadata exchange to PRIVATE",
    "postgres-exchange, the server responds with a PostgreSQL error: FATAL: no pg_hba.conf entry",
    "ended-exchange, the server closed the connection without a response",
  })
  void aFaultyServerIsReportedAndConnectionsRecover(String host, String message) {
    boolean stalls = host.equals("black-hole") || host.equals("stalled-exchange");
    // attempts with a short timeout may also fail in a cold JVM
    attempts.assertRecovered(host, stalls ? 0 : from, to, 0, message);
    assertThat(attempts.between(host, faultStart, faultEnd))
        .as("attempts during the fault")
        .filteredOn(attempt -> attempt.end() < faultEnd)
        .isNotEmpty()
        .noneMatch(Attempts.Attempt::ok);
  }

  @Test
  void aRestartFailsOnlyConnectionsDuringTheRestart() {
    assertThat(attempts.failures("restarted")).allMatch(failed -> failed.at() < restarted);
    assertThat(attempts.between("restarted", restarted, Long.MAX_VALUE)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"moved", "rotated", "ahead", "bytewise-exchange"})
  void faultsThatTheAgentHandlesDoNotAffectConnections(String host) {
    attempts.assertNoFailure(host, 0, from, to, Long.MAX_VALUE);
  }

  @Test
  void aClientWithASlowClockReplacesCertificatesThatTheServerConsidersExpired() {
    assertThat(certificates("ahead")).isGreaterThan(1);
  }

  @Test
  void interruptsOfPlatformThreadsDoNotEndAttempts() {
    assertThat(attempts.of("interrupted")).isNotEmpty();
    assertThat(attempts.failures("interrupted")).isEmpty();
  }

  @Test
  void leaksNothing() {
    attempts.assertNothingLeaked();
    assertThat(alloyDb.instances()).allMatch(instance -> instance.openConnections() == 0);
  }
}
