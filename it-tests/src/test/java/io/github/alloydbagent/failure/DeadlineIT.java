package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stalls each stage of a connection: the deadline ends the stall, and an interrupt does not. */
@AlloyDbTest
class DeadlineIT {

  /**
   * Number of equal attempts: on a machine that is busy with tests, at least one of them is on
   * time.
   */
  private static final int ATTEMPTS = 3;

  private static final long INTERRUPT = 1_500;

  /** The hosts that are stalled at a stage. */
  private static final List<String> STALLED = List.of("tcp", "tls", "exchange", "tokens", "api");

  private static LocalAlloyDb alloyDb;
  private static Servers servers;
  private static ApiFront front;
  private static Outcomes atServer;
  private static Outcomes atTokens;
  private static Outcomes atApi;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb().instance("primary").instance("exchange");
  }

  @BeforeAll
  static void stallAtEachStage(@TempDir Path directory) throws Exception {
    servers = new Servers(alloyDb.instance("primary"));
    front = new ApiFront(alloyDb.adminUrl());
    String primary = alloyDb.instance("primary").name();
    Path go = directory.resolve("go");

    // each JVM first connects to a healthy instance, so that class loading does not count
    ManyHosts server =
        new ManyHosts(alloyDb)
            .map("warm", primary)
            .connect("warm", "&connectTimeout=50")
            .map("exchange", alloyDb.instance("exchange").name())
            .connect("exchange", "&connectTimeout=50")
            .await(go)
            .map("tcp", primary + "?server-port=" + servers.blackHole())
            .map("tls", primary + "?server-port=" + servers.silent())
            .map("dribble", primary + "?server-port=" + servers.dribbling())
            .map("setting", primary + "?server-port=" + servers.silent() + "&connect-timeout=1s")
            .connect("setting", "&connectTimeout=0");
    tries(server, "dribble", "dribble", "&connectTimeout=1");
    stalled(server, "tcp");
    stalled(server, "tls");
    stalled(server, "exchange");
    Path key = directory.resolve("key.json");
    Files.writeString(
        key,
        Files.readString(alloyDb.credentialsFile())
            .replace(alloyDb.tokenUrl(), front.url("tokens", front.never())));
    ManyHosts tokens =
        new ManyHosts(alloyDb)
            .map("warm", primary)
            .connect("warm", "&connectTimeout=50")
            .await(directory)
            .map("tokens", primary + "?credentials-file=" + key);
    stalled(tokens, "tokens");
    ManyHosts api =
        new ManyHosts(alloyDb)
            .map("warm", primary)
            .connect("warm", "&connectTimeout=50")
            .await(directory)
            // lazily, because calls of a refresh ahead could precede and delay those of the warm
            // host
            .map(
                "api",
                primary + "?refresh-strategy=LAZY&api-endpoint=" + front.url("api", front.never()));
    stalled(api, "api");
    try (RunningJvm first = server.start();
        RunningJvm second = tokens.start();
        RunningJvm third = api.start()) {
      first.awaitOut("warm: ok: ");
      first.awaitOut("exchange: ok: ");
      alloyDb.instance("exchange").exchangeTrouble().set(ExchangeFault.stall());
      Files.createFile(go);
      atServer = new Outcomes(first.await().checkSucceeded());
      atTokens = new Outcomes(second.await().checkSucceeded());
      atApi = new Outcomes(third.await().checkSucceeded());
    }
  }

  private static void stalled(ManyHosts hosts, String host) {
    tries(hosts, host + "-1", host, "&connectTimeout=1");
    tries(hosts, host + "-2", host, "&connectTimeout=2");
    tries(hosts, host + "-login", host, "&connectTimeout=0&loginTimeout=1");
    hosts.connect(host + "-interrupted@" + INTERRUPT, host, "&connectTimeout=3");
  }

  private static void tries(ManyHosts hosts, String name, String host, String parameters) {
    hosts.connect(name, host, parameters);
    for (int again = 1; again < ATTEMPTS; again++) {
      hosts.connect(name + "-again-" + again, host, parameters);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    front.close();
    servers.close();
  }

  @Test
  void deadlineHoldsAtTheTokenServer() {
    assertInTime(atTokens, "tokens", "credentials");
    assertThat(atTokens.failure("tokens-1"))
        .contains("Check that the token server of credentials-file ", "/key.json can be reached")
        .contains(
            "or give connections more time (connect-timeout, or the driver's connectTimeout)");
  }

  @Test
  void deadlineHoldsAtTheAdminApi() {
    assertInTime(atApi, "api", "Admin API");
    assertThat(atApi.failure("api-1"))
        .contains("Check that http://127.0.0.1:", "/api can be reached from here, or give");
  }

  @Test
  void deadlineHoldsForTcp() {
    assertInTime(atServer, "tcp", "TCP to PRIVATE 127[.0-9]+:\\d+");
    assertThat(atServer.failure("tcp-1"))
        .contains("Check that the instance is running and that this machine can reach its PRIVATE");
  }

  @Test
  void deadlineHoldsForTls() {
    assertInTime(atServer, "tls", "TLS to PRIVATE 127[.0-9]+:\\d+");
    assertThat(atServer.failure("tls-1"))
        .contains(
            "The server accepted the connection but does not respond. Check that an AlloyDB instance");
  }

  @Test
  void deadlineHoldsForTheExchange() {
    assertInTime(atServer, "exchange", "metadata exchange to PRIVATE 127[.0-9]+:5433");
    assertThat(atServer.failure("exchange-1"))
        .contains(
            "The server accepted the connection but does not respond. Check that an AlloyDB instance");
  }

  @Test
  void receivedBytesDoNotExtendTheDeadline() {
    assertInTime(atServer, "dribble", 1, "TLS to PRIVATE 127[.0-9]+:\\d+");
  }

  @Test
  void connectTimeoutAppliesWithoutADriverTimeout() {
    assertThat(atServer.failure("setting")).contains(" timed out after 1000 ms. ");
  }

  private static void assertInTime(Outcomes outcomes, String host, String stage) {
    assertInTime(outcomes, host + "-1", 1, stage);
    assertInTime(outcomes, host + "-2", 2, stage);
    Outcomes.Outcome interrupted = outcomes.of(host + "-interrupted");
    assertThat(outcomes.failure(host + "-interrupted"))
        .containsPattern(
            "<- java.net.SocketTimeoutException: AlloyDB Agent: AAJ-\\d{3}: no connection to host "
                + host)
        .containsPattern(": " + stage + " timed out after 3000 ms\\. ");
    assertThat(interrupted.flag()).isEqualTo("interrupted");
    assertThat(interrupted.millis()).isGreaterThan(2_900L);
    assertThat(outcomes.of(host + "-login").text())
        .contains("PSQLException: Connection attempt timed out.");
    assertMillis(outcomes, host + "-login", 1_000);
  }

  private static void assertInTime(Outcomes outcomes, String name, int seconds, String stage) {
    assertThat(outcomes.failure(name))
        .containsPattern(
            "<- java.net.SocketTimeoutException: AlloyDB Agent: AAJ-\\d{3}: no connection to host ")
        .contains(", which is mapped to projects/local-project/")
        .containsPattern(": " + stage + " timed out after \\d+ ms\\. ");
    assertMillis(outcomes, name, seconds * 1_000L);
  }

  /**
   * Asserts that no attempt ended before its deadline, and that the fastest one ended before the
   * attempt that the same JVM began at the same time with a deadline of 3 s.
   */
  private static void assertMillis(Outcomes outcomes, String name, long millis) {
    List<Long> took = new ArrayList<>(List.of(outcomes.of(name).millis()));
    for (int again = 1; again < ATTEMPTS; again++) {
      took.add(outcomes.of(name + "-again-" + again).millis());
    }
    assertThat(took).as(name).allMatch(each -> each > millis - 100);
    assertThat(Collections.min(took)).as(name).isLessThan(longest(outcomes));
  }

  /** Returns the time of the slowest attempt with a deadline of 3 s. */
  private static long longest(Outcomes outcomes) {
    return STALLED.stream()
        .filter(host -> outcomes.jvm().out().contains(host + "-interrupted: "))
        .mapToLong(host -> outcomes.of(host + "-interrupted").millis())
        .max()
        .orElseThrow();
  }
}
