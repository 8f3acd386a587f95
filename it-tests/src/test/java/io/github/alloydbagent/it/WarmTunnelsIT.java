package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.HandshakeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Login;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests warm tunnels from the server's point of view. */
class WarmTunnelsIT {
  private static final String IAM_USER = "app@local-project.iam";

  @TempDir private Path directory;
  private LocalAlloyDb alloyDb;
  private LocalInstance primary;

  @BeforeEach
  void start() throws Exception {
    alloyDb =
        LocalAlloyDb.builder().user("app", "secret").instance("primary").instance("green").start();
    primary = alloyDb.instance("primary");
  }

  @AfterEach
  void stop() {
    alloyDb.close();
  }

  private Jvm connects(String... steps) {
    return AgentOn.jvm(
            Jvm.chosen()
                .classPath(Built.apps(), Built.newestDriver())
                .main("apps.Connects", arguments(steps)),
            alloyDb,
            AgentOn.map("orders-db", primary)
                + "?warm-tunnels=2,"
                + AgentOn.map("cold-db", primary))
        .environment("ALLOYDB_AGENT_LOG_LEVEL", "debug");
  }

  /** {@code NAME@HOST} connects to a host; {@code FILE} waits for the file. */
  private String[] arguments(String... steps) {
    return Arrays.stream(steps)
        .map(
            step ->
                step.indexOf('@') < 0
                    ? "await=" + directory.resolve(step)
                    : step.substring(0, step.indexOf('@'))
                        + "=jdbc:postgresql://"
                        + step.substring(step.indexOf('@') + 1)
                        + "/postgres?user=app&password=secret&connectTimeout=30")
        .toArray(String[]::new);
  }

  private void go(String file) throws Exception {
    Files.createFile(directory.resolve(file));
  }

  private static void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  /**
   * Waits until the only open connections are spare tunnels, which have completed the exchange but
   * no login.
   */
  private void awaitSpares(LocalInstance instance, int spares) throws Exception {
    await(
        spares + " spares at " + instance.shortName(),
        () ->
            instance.openConnections() == spares
                && instance.exchanges().size() == instance.logins().size() + spares);
  }

  @Test
  void connectionsTakeWarmTunnelsAndDialWhenThereIsNone() throws Exception {
    try (RunningJvm jvm =
        connects("c1@orders-db", "two", "c2@orders-db", "three", "c3@orders-db", "c4@orders-db")
            .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
            .environment("ALLOYDB_AGENT_IAM_USER", "auto")
            .start()) {
      jvm.awaitOut("c1: ok: " + IAM_USER);
      awaitSpares(primary, 2);
      primary.handshakeTrouble().set(HandshakeFault.HANG_UP); // no new tunnel from now on
      go("two");
      jvm.awaitOut("c2: ok: " + IAM_USER);
      go("three");
      JvmResult result = jvm.await().checkSucceeded();
      assertThat(result.outLines())
          .as("connections with one spare tunnel left")
          .filteredOn(line -> line.contains(": ok: " + IAM_USER))
          .hasSize(3);
      assertThat(result.outLines())
          .filteredOn(line -> line.contains(": failed: "))
          .singleElement()
          .asString()
          .contains("TLS to PRIVATE ");
      assertThat(result.err()).doesNotContain(" ERROR ").contains(" DEBUG alloydb-agent: no warm");
      assertThat(result.errLines())
          .as("warnings, only for connections that the application requested")
          .filteredOn(line -> line.contains(" WARN "))
          .singleElement()
          .asString()
          .contains("no connection to host orders-db:5432");
    }
  }

  @Test
  void deadTunnelsAndTunnelsToAnOldAddressAreReplaced() throws Exception {
    try (RunningJvm jvm =
        connects(
                "c1@orders-db",
                "two",
                "c2@orders-db",
                "three",
                "cold@cold-db",
                "four",
                "c3@orders-db")
            .start()) {
      jvm.awaitOut("c1: ok: app");
      awaitSpares(primary, 2);
      long stillTrusted = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
      await(
          "the time until spares are checked: new ones are assumed to be alive",
          () -> isPast(stillTrusted));
      primary.killConnections();
      go("two");
      jvm.awaitOut("c2: ok: app");
      await("new spares", () -> primary.openConnections() == 2);

      String before = primary.addresses().privateIp();
      primary.move(addresses -> addresses.withPrivateIp(Addresses.free()));
      go("three");
      jvm.awaitOut("cold: ok: app"); // this connection also fetched the new address
      go("four");
      assertThat(jvm.await().checkSucceeded().out()).contains("c3: ok: app");
      List<String> addresses = new ArrayList<>();
      for (Login login : primary.logins()) {
        addresses.add(login.exchange().address());
      }
      String now = primary.addresses().privateIp();
      assertThat(addresses).containsExactly(before, before, now, now);
    }
  }

  private static boolean isPast(long nanoTime) {
    return System.nanoTime() - nanoTime > 0;
  }

  @Test
  void tunnelsWithAnOldCertificateAreClosed() throws Exception {
    try (RunningJvm jvm = connects("c1@orders-db", "two", "cold@cold-db", "end").start()) {
      jvm.awaitOut("c1: ok: app");
      awaitSpares(primary, 2);
      String before = primary.logins().get(0).exchange().clientCertificate();
      alloyDb.cluster().renewAuthority();
      go("two");
      jvm.awaitOut("cold: ok: app"); // this connection also fetched a new certificate
      await(
          "that connection and two spares with the new certificate, and no others",
          () ->
              primary.openConnections() == 2
                  && primary.exchanges().stream()
                          .filter(exchange -> !exchange.clientCertificate().equals(before))
                          .count()
                      == 3);
      go("end");
      jvm.await().checkSucceeded();
    }
  }

  @Test
  void aConnectionStormLeavesOnlyTheConfiguredNumber() throws Exception {
    List<String> steps = new ArrayList<>(List.of("c0@orders-db", "storm"));
    for (int i = 1; i <= 60; i++) {
      steps.add("c" + i + "@orders-db");
    }
    steps.add("end");
    try (RunningJvm jvm = connects(steps.toArray(new String[0])).start()) {
      jvm.awaitOut("c0: ok: app");
      awaitSpares(primary, 2);
      go("storm");
      for (int i = 1; i <= 60; i++) {
        jvm.awaitOut("c" + i + ": ok: app");
      }
      awaitSpares(primary, 2);
      go("end");
      jvm.await().checkSucceeded();
    }
    await("all tunnels to be closed with the JVM", () -> primary.openConnections() == 0);
  }

  @Test
  void lazyRefreshKeepsNoWarmTunnels() throws Exception {
    try (RunningJvm jvm =
        connects("c1@orders-db", "two", "c2@orders-db")
            .environment("ALLOYDB_AGENT_REFRESH_STRATEGY", "LAZY")
            .start()) {
      jvm.awaitOut("c1: ok: app");
      go("two");
      assertThat(jvm.await().checkSucceeded().out()).contains("c2: ok: app");
    }
    assertThat(primary.exchanges()).hasSize(2);
  }

  @Test
  void aRemapClosesWarmTunnels() throws Exception {
    LocalInstance green = alloyDb.instance("green");
    Path file = directory.resolve("agent.properties");
    Files.writeString(file, "warm-tunnels=2\ninstances=orders-db=" + primary.name() + "\n");
    try (RunningJvm jvm =
        Jvm.chosen()
            .agent("config-file=" + file)
            .environment(alloyDb.environment())
            .classPath(Built.apps(), Built.newestDriver())
            .main("apps.Connects", arguments("c1@orders-db", "two", "c2@orders-db", "end"))
            .start()) {
      jvm.awaitOut("c1: ok: app");
      awaitSpares(primary, 2);
      Files.writeString(file, "warm-tunnels=1\ninstances=orders-db=" + green.name() + "\n");
      await("tunnels of the old mapping to be closed", () -> primary.openConnections() == 0);
      go("two");
      jvm.awaitOut("c2: ok: app");
      awaitSpares(green, 1);
      go("end");
      jvm.await().checkSucceeded();
    }
  }
}
