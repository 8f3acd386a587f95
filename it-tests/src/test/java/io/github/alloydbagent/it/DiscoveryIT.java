package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications whose URLs contain an instance's address, without any mapping. */
@AlloyDbTest
class DiscoveryIT {
  private static final String ELSEWHERE =
      "projects/local-project/locations/europe-west1/clusters/reports";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static LocalInstance reports;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance(
            "primary",
            a -> a.withPublicIp(Addresses.free()).withPsc("0a1b.us-central1.alloydb-psc.goog."))
        .cluster(ELSEWHERE)
        .instance("reports")
        .user("app", "secret");
  }

  @AfterEach
  void restoreConditions() {
    alloyDb.unreachable(Set.of());
    alloyDb.permissions().grant(alloyDb.account().email(), IamRole.values());
  }

  /** Returns a JVM that runs the steps of Connects, given as {@code NAME=HOST:PORT}. */
  private static Jvm connecting(String... steps) {
    String[] arguments = steps.clone();
    for (int i = 0; i < steps.length; i++) {
      if (!steps[i].startsWith("await=")) {
        arguments[i] =
            steps[i].replaceFirst("=", "=jdbc:postgresql://")
                + "/postgres?user=app&password=secret";
      }
    }
    return Jvm.chosen()
        .agent()
        .environment(alloyDb.environment())
        .environment("ALLOYDB_AGENT_DISCOVER", "projects/local-project")
        .classPath(Built.apps(), Built.newestDriver())
        .main("apps.Connects", arguments);
  }

  /** Returns the address of PostgreSQL itself, which is not an instance. */
  private static String postgresAddress() {
    URI url = URI.create(alloyDb.postgresUrl().substring("jdbc:".length()));
    return "127.0.0.1:" + url.getPort();
  }

  @Test
  void everyAddressOfAnInstanceIsMapped() throws Exception {
    Jdk.chosen().atLeast(9, "a file of hosts");
    int before = primary.exchanges().size();
    JvmResult result =
        connecting(
                "private=" + primary.addresses().privateIp() + ":5432",
                "public=" + primary.addresses().publicIp(),
                "psc=0a1b.us-central1.alloydb-psc.goog:5432",
                "reports=" + reports.addresses().privateIp(),
                "plain=" + postgresAddress())
            .property("jdk.net.hosts.file", alloyDb.hostsFile().toString())
            .run()
            .checkSucceeded();
    assertThat(result.out())
        .contains("private: ok: app", "public: ok: app", "psc: ok: app", "reports: ok: app")
        .contains("plain: ok: app");
    assertThat(primary.exchanges().subList(before, primary.exchanges().size()))
        .extracting(exchange -> exchange.address())
        .containsExactlyInAnyOrder(
            primary.addresses().privateIp(),
            primary.addresses().publicIp(),
            primary.addresses().pscIp());
    assertThat(result.errLines().get(0))
        .matches(AgentOn.startLine("the instances of projects/local-project"));
    assertThat(result.err()).contains("discovered in projects/local-project: 2 instances");
  }

  @Test
  void aNewInstanceIsDiscoveredWithinSeconds() throws Exception {
    Path moved = directory.resolve("moved");
    String next = Addresses.free();
    try (RunningJvm jvm =
        connecting(
                "before=" + reports.addresses().privateIp(), "await=" + moved, "after*30=" + next)
            .start()) {
      jvm.awaitOut("before: ok: app");
      reports.move(a -> a.withPrivateIp(next));
      Files.createFile(moved);
      assertThat(jvm.await().checkSucceeded().out()).contains("after: ok: app");
    }
    assertThat(reports.exchanges().get(reports.exchanges().size() - 1).address()).isEqualTo(next);
  }

  @Test
  void withoutTheRoleAddressesAreRefusedAndLoggedInOneWarning() throws Exception {
    alloyDb.permissions().revoke(alloyDb.account().email(), IamRole.VIEWER);
    int before = primary.openConnections();
    JvmResult result =
        connecting(
                "ip=" + primary.addresses().privateIp(),
                "name=localhost:" + postgresAddress().split(":")[1])
            .run()
            .checkSucceeded();
    assertThat(result.out())
        .contains(
            "AlloyDB Agent: AAJ-801: no connection to host "
                + primary.addresses().privateIp()
                + ": it may be the address of an instance that has not been discovered yet. The"
                + " instances of"
                + " projects/local-project are not known yet: ")
        .contains("name: ok: app");
    assertThat(result.errLines().stream().filter(line -> line.contains(" WARN ")))
        .singleElement()
        .asString()
        .contains("the instances of projects/local-project cannot be listed: ")
        .contains("Grant roles/alloydb.viewer and roles/serviceusage.serviceUsageConsumer to ")
        .contains(alloyDb.account().email());
    assertThat(primary.openConnections()).isEqualTo(before);
  }

  @Test
  void anUnreachableLocationDoesNotHideInstancesElsewhere() throws Exception {
    alloyDb.unreachable(Set.of("europe-west1"));
    JvmResult result =
        connecting(
                "primary=" + primary.addresses().privateIp(),
                "reports=" + reports.addresses().privateIp())
            .run()
            .checkSucceeded();
    assertThat(result.out())
        .contains("primary: ok: app")
        .contains("The instances of projects/local-project in [europe-west1] cannot be listed");
  }

  @Test
  void aMappingTakesPrecedenceOverDiscovery() throws Exception {
    long lists = alloyDb.count(Served.LIST);
    int before = reports.exchanges().size();
    connecting("mapped=" + primary.addresses().privateIp())
        .environment("ALLOYDB_INSTANCES", primary.addresses().privateIp() + "=" + reports.name())
        .run()
        .checkSucceeded();
    assertThat(reports.exchanges()).hasSize(before + 1);
    assertThat(alloyDb.count(Served.LIST)).isEqualTo(lists + 1);
  }
}
