package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which address the agent connects to, and how and when it calls the API. */
@AlloyDbTest
class ReachIT {
  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance(
            "primary",
            a -> a.withPublicIp(Addresses.free()).withPsc("unknown.alloydb-psc.invalid."))
        .instance("lazy")
        .user("app", "secret");
  }

  private static Jvm probe(String... steps) {
    return Programs.probe(
        Jdk.chosen(),
        Built.newestDriver(),
        "jdbc:postgresql://orders-db/postgres",
        "app",
        "secret",
        steps);
  }

  private static String lastAddress() {
    return primary.exchanges().get(primary.exchanges().size() - 1).address();
  }

  @Test
  void triesTheNextAddressWhenTheFirstDoesNotRespond() {
    AgentOn.jvm(
            probe("query"),
            alloyDb,
            AgentOn.map("orders-db", primary) + "?ip-type=PSC;PUBLIC;PRIVATE")
        .run()
        .checkSucceeded();
    assertThat(lastAddress()).isEqualTo(primary.addresses().publicIp());
  }

  @Test
  void skipsAnAddressThatTheInstanceDoesNotHave() {
    LocalInstance lazy = alloyDb.instance("lazy");
    AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", lazy) + "?ip-type=PUBLIC;PRIVATE")
        .run()
        .checkSucceeded();
  }

  @Test
  void reportsTheFailureOfEveryAddress() {
    JvmResult result =
        AgentOn.jvm(
                probe("query"),
                alloyDb,
                AgentOn.map("orders-db", primary) + "?ip-type=PSC;PUBLIC&server-port=1")
            .run()
            .checkFailed();
    assertThat(result.out())
        .contains("TCP to PUBLIC " + primary.addresses().publicIp() + ":1 failed: ")
        .contains("Connection refused") // Java 8 repeats the host name in the message
        .contains("; before that, PSC unknown.alloydb-psc.invalid:1: ")
        .contains("does not resolve");
  }

  /** Uses a tunnel through the environment's proxy and an API whose certificate a file verifies. */
  @Test
  void callsTheApiThroughTheProxyOfTheEnvironment() throws Exception {
    Path authority =
        Files.writeString(directory.resolve("ca.pem"), alloyDb.endpointCaCertificate());
    try (ConnectProxy proxy = new ConnectProxy(Map.of())) {
      AgentOn.jvm(probe("query"), alloyDb, AgentOn.map("orders-db", primary))
          .environment("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminTlsUrl())
          .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString())
          .environment("HTTPS_PROXY", proxy.url())
          .run()
          .checkSucceeded();
      assertThat(proxy.targets())
          .isNotEmpty()
          .allMatch(target -> ("https://" + target).equals(alloyDb.adminTlsUrl()));
    }
  }

  @Test
  void lazyRefreshCallsNothingBeforeTheFirstConnection() throws Exception {
    LocalInstance lazy = alloyDb.instance("lazy");
    Path go = directory.resolve("go");
    long tokens = alloyDb.count(Served.TOKEN);
    long infos = alloyDb.count(Served.CONNECTION_INFO);
    Jvm jvm =
        Jvm.chosen()
            .classPath(Built.apps())
            .classPath(Built.newestDriver())
            .main(
                "apps.Connects",
                "await=" + go,
                "orders=jdbc:postgresql://orders-db/postgres?user=app&password=secret&connectTimeout=40");
    try (RunningJvm running =
        AgentOn.jvm(jvm, alloyDb, AgentOn.map("orders-db", lazy))
            .environment("K_SERVICE", "orders")
            .start()) {
      running.awaitErr("1 host is mapped");
      assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens);
      Files.createFile(go);
      assertThat(running.await().checkSucceeded().out()).contains("orders: ok: app");
    }
    assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(tokens + 2);
    assertThat(alloyDb.count(Served.CONNECTION_INFO)).isEqualTo(infos + 1);
  }
}
