package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.failure.ApiFront.Answer;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fixes the cause of a failure; the application connects again without a restart. */
@AlloyDbTest
class RecoveryIT {
  private static final String PROJECT = "projects/local-project/locations/us-central1/clusters/";
  private static final String LATECOMER = "latecomer@local-project.iam.gserviceaccount.com";
  private static final String SIGNED_OUT = "signed-out@local-project.iam.gserviceaccount.com";
  private static final List<String> HOSTS =
      List.of("granted", "rotated", "moved", "moved-revoked", "killed", "api-back", "tokens-back");
  private static final List<String> BROKEN_LATER =
      List.of("rotated", "moved", "moved-revoked", "killed");

  private static LocalAlloyDb alloyDb;
  private static ApiFront api;
  private static ApiFront tokens;
  private static Outcomes outcomes;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb()
        .serviceAccount("app@local-project.iam.gserviceaccount.com")
        .serviceAccount(LATECOMER, new IamRole[0])
        .serviceAccount(SIGNED_OUT)
        .cluster(PROJECT + "orders")
        .instance("granted")
        .instance("moved")
        .instance("moved-revoked")
        .instance("killed")
        .instance("api-back")
        .instance("tokens-back")
        .cluster(PROJECT + "renewed")
        .instance("rotated");
  }

  @BeforeAll
  static void breakAndMend(@TempDir Path directory) throws Exception {
    AtomicBoolean causesFixed = new AtomicBoolean();
    Answer unavailable = call -> causesFixed.get() ? null : Reply.json(503, "{}");
    api = new ApiFront(alloyDb.adminUrl());
    tokens = new ApiFront(alloyDb.tokenUrl().replaceAll("/token$", ""));
    Path key = directory.resolve("key.json");
    Files.writeString(
        key,
        Files.readString(alloyDb.credentialsFile())
            .replace(alloyDb.tokenUrl(), tokens.url("t", unavailable) + "/token"));
    ManyHosts hosts =
        new ManyHosts(alloyDb)
            .map(
                "granted",
                name("granted") + "?credentials-file=" + alloyDb.credentialsFile(LATECOMER))
            .map("rotated", name("rotated"))
            .map("moved", name("moved"))
            .map(
                "moved-revoked",
                name("moved-revoked") + "?credentials-file=" + alloyDb.credentialsFile(SIGNED_OUT))
            .map("killed", name("killed"))
            .map("api-back", name("api-back") + "?api-endpoint=" + api.url("a", unavailable))
            .map("tokens-back", name("tokens-back") + "?credentials-file=" + key);
    Path broken = directory.resolve("broken");
    Path right = directory.resolve("causes-fixed");
    for (String host : BROKEN_LATER) {
      hosts.connect(host + "-before", host, "&connectTimeout=50");
    }
    for (String host : List.of("granted", "api-back", "tokens-back")) {
      hosts.connect(host + "-broken", host, "&connectTimeout=20");
    }
    hosts.await(broken);
    for (String host : BROKEN_LATER) {
      hosts.connect(host + "-broken", host, "&connectTimeout=20");
    }
    hosts.await(right);
    for (String host : HOSTS) {
      hosts.connect(host + "-recovered*45", host, "");
    }
    try (RunningJvm jvm = hosts.start()) {
      for (String host : BROKEN_LATER) {
        jvm.awaitOut(host + "-before: ");
      }
      alloyDb.cluster(PROJECT + "renewed").renewAuthority();
      alloyDb.instance("moved").move(a -> a.withPrivateIp(Addresses.free()));
      alloyDb.instance("moved-revoked").move(a -> a.withPrivateIp(Addresses.free()));
      alloyDb.tokens().revokeAllOf(SIGNED_OUT);
      alloyDb.instance("killed").killConnections();
      Files.createFile(broken);
      for (String host : HOSTS) {
        jvm.awaitOut(host + "-broken: ");
      }
      alloyDb.permissions().grant(LATECOMER, IamRole.values());
      causesFixed.set(true);
      Files.createFile(right);
      outcomes = new Outcomes(jvm.await().checkSucceeded());
    }
  }

  private static String name(String instance) {
    return alloyDb.instance(instance).name();
  }

  @AfterAll
  static void stop() {
    api.close();
    tokens.close();
  }

  @Test
  void connectsAfterARoleIsGranted() {
    assertThat(outcomes.failure("granted-broken")).contains("returned HTTP 403", LATECOMER);
    assertThat(outcomes.of("granted-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterTheAuthorityIsRenewed() {
    assertThat(outcomes.of("rotated-before").text()).isEqualTo("app");
    assertThat(outcomes.of("rotated-broken").text())
        .as("the first connection afterwards, which calls the API again")
        .isEqualTo("app");
    assertThat(outcomes.of("rotated-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterAnAddressChange() {
    assertThat(outcomes.of("moved-before").text()).isEqualTo("app");
    assertThat(outcomes.of("moved-broken").text())
        .as("the first connection afterwards, which calls the API again")
        .isEqualTo("app");
    assertThat(outcomes.of("moved-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterAnAddressChangeAndARevokedToken() {
    assertThat(outcomes.of("moved-revoked-before").text()).isEqualTo("app");
    assertThat(outcomes.of("moved-revoked-broken").text())
        .as("the first connection afterwards, which calls the API and the token server again")
        .isEqualTo("app");
    assertThat(outcomes.of("moved-revoked-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterConnectionsWereKilled() {
    assertThat(outcomes.of("killed-before").text()).isEqualTo("app");
    assertThat(outcomes.of("killed-broken").text()).isEqualTo("app");
    assertThat(outcomes.of("killed-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterTheAdminApiIsBack() {
    assertThat(outcomes.failure("api-back-broken")).contains("Admin API failed", "HTTP 503");
    assertThat(outcomes.of("api-back-recovered").text()).isEqualTo("app");
  }

  @Test
  void connectsAfterTheTokenServerIsBack() {
    assertThat(outcomes.failure("tokens-back-broken")).contains("credentials failed", "503");
    assertThat(outcomes.of("tokens-back-recovered").text()).isEqualTo("app");
  }
}
