package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five instances whose Admin API never answers, in one JVM with one that is healthy. */
class HangingApisIT {

  /** Milliseconds; a call that hangs is given up after 20 s, and there are ten of them before. */
  private static final long IN_TIME = 20_000;

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static Outcomes outcomes;

  @BeforeAll
  static void connectBesideFiveThatHang(@TempDir Path directory) throws Exception {
    alloyDb =
        Servers.alloyDb()
            .instance("primary", a -> a.withPsc("primary.alloydb-psc.example."))
            .start();
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
    alloyDb.close();
  }

  @Test
  void theHealthyOneIsReachedFromTheStart() {
    assertThat(outcomes.of("first").ok()).as(outcomes.jvm().toString()).isTrue();
    assertThat(outcomes.of("first").millis()).isLessThan(IN_TIME);
  }

  @Test
  void itsNameResolvesWhileTheOthersHang() {
    assertThat(outcomes.of("second").ok()).as(outcomes.jvm().toString()).isTrue();
    assertThat(outcomes.of("second").millis()).isLessThan(10_000);
  }

  @Test
  void whatHangsFailsInTime() {
    assertThat(outcomes.failure("hanging-0")).contains(": Admin API timed out after ");
  }
}
