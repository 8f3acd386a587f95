package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connects to five instances whose Admin API never responds and to a healthy one, all in one JVM.
 */
@AlloyDbTest
class HangingApisIT {

  /** In milliseconds; a hanging call times out after 20 s, and ten of them precede. */
  private static final long MAX_CONNECT_MILLIS = 20_000;

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static Outcomes outcomes;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb().instance("primary", a -> a.withPsc("primary.alloydb-psc.example."));
  }

  @BeforeAll
  static void connectWhileFiveApisHang(@TempDir Path directory) throws Exception {
    front = new ApiFront(alloyDb.adminUrl());
    String primary = alloyDb.instance("primary").name();
    Path go = directory.resolve("go");
    ManyHosts hosts = new ManyHosts(alloyDb);
    for (int i = 0; i < 5; i++) {
      hosts.map("hanging-" + i, primary + "?api-endpoint=" + front.url("api-" + i, front.never()));
    }
    hosts
        .map("healthy", primary + "?ip-type=PSC")
        .connect("first", "healthy", "&connectTimeout=30")
        .await(go)
        .connect("second", "healthy", "&connectTimeout=10")
        .connect("hanging-0", "&connectTimeout=1");
    try (RunningJvm jvm =
        hosts
            .jvm(Jdk.chosen().atLeast(9, "a file of hosts"))
            .property("jdk.net.hosts.file", alloyDb.hostsFile().toString())
            .start()) {
      jvm.awaitOut("first: ");
      Files.createFile(go);
      outcomes = new Outcomes(jvm.await().checkSucceeded());
    }
  }

  @AfterAll
  static void stop() {
    front.close();
  }

  @Test
  void connectsToTheHealthyInstanceFromTheStart() {
    assertThat(outcomes.of("first").ok()).as(outcomes.jvm().toString()).isTrue();
    assertThat(outcomes.of("first").millis()).isLessThan(MAX_CONNECT_MILLIS);
  }

  @Test
  void resolvesTheHealthyInstancesNameWhileTheOthersHang() {
    assertThat(outcomes.of("second").ok()).as(outcomes.jvm().toString()).isTrue();
    assertThat(outcomes.of("second").millis()).isLessThan(10_000);
  }

  @Test
  void aHangingApiFailsAtTheDeadline() {
    assertThat(outcomes.failure("hanging-0")).contains(": Admin API timed out after ");
  }
}
