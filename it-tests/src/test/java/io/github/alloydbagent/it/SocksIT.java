package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens tunnels through a SOCKS proxy, which alone can resolve the instance's DNS name. */
@AlloyDbTest
class SocksIT {
  private static final String NAME = "orders.alloydb-psc.invalid";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;
  private SocksServer proxy;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary", a -> a.withPsc(NAME + "."))
        .user("app", "secret");
  }

  @BeforeEach
  void startProxy() throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    names.put(NAME, String.valueOf(primary.addresses().pscIp()));
    names.put("alloydb.googleapis.com", "127.0.0.1");
    proxy = new SocksServer("me:pass%word", names);
  }

  @AfterEach
  void stopProxy() throws IOException {
    proxy.close();
  }

  private static Jvm probe(String ipType) {
    return AgentOn.jvm(
        Programs.probe(
            Jdk.chosen(),
            Built.newestDriver(),
            "jdbc:postgresql://orders-db/postgres",
            "app",
            "secret",
            "query",
            "cancel"),
        alloyDb,
        AgentOn.map("orders-db", primary) + "?ip-type=" + ipType);
  }

  private String url(String scheme) {
    return scheme + "://me:pass%25word@127.0.0.1:" + proxy.port();
  }

  @Test
  void theEnvironmentsProxyResolvesTheName() {
    probe("PSC").environment("ALL_PROXY", url("socks5h")).run().checkSucceeded();
    assertThat(proxy.targets()).hasSizeGreaterThan(2).containsOnly(NAME + ":5433");
  }

  @Test
  void theEnvironmentsProxyReceivesAddresses() {
    probe("PRIVATE").environment("all_proxy", url("socks5")).run().checkSucceeded();
    assertThat(proxy.targets())
        .isNotEmpty()
        .containsOnly(primary.addresses().privateIp() + ":5433");
  }

  @Test
  void namesAreResolvedLocallyUnlessTheProxyResolvesThem() {
    assertThat(probe("PSC").environment("ALL_PROXY", url("socks5")).run().checkFailed().out())
        .contains("TCP to PSC " + NAME + ":5433 failed: the name does not resolve");
    assertThat(proxy.targets()).isEmpty();
  }

  @Test
  void noProxyExcludesInstances() {
    probe("PRIVATE")
        .environment("ALL_PROXY", url("socks5h"))
        .environment("NO_PROXY", "10.0.0.0/8,127.0.0.0/8")
        .run()
        .checkSucceeded();
    assertThat(proxy.targets()).isEmpty();
  }

  @Test
  void reportsWhyTheProxyRefused() {
    String url = url("socks5h").replace("pass%25word", "wrong-4711");
    assertThat(probe("PSC").environment("ALL_PROXY", url).run().checkFailed())
        .satisfies(
            result ->
                assertThat(result.out())
                    .contains("TCP to PSC " + NAME + ":5433 failed: the SOCKS proxy 127.0.0.1:")
                    .contains("rejected the user name and password of ALL_PROXY"))
        .satisfies(result -> assertThat(result.toString()).doesNotContain("wrong-4711"));
  }

  /** API calls use the SOCKS proxy too if no HTTP proxy is set for them. */
  @Test
  void apiCallsUseTheProxyToo() throws Exception {
    Path authority =
        Files.writeString(directory.resolve("ca.pem"), alloyDb.endpointCaCertificate());
    String endpoint = alloyDb.adminTlsUrl().replace("https://", "");
    probe("PSC")
        .environment("ALL_PROXY", url("socks5h"))
        .environment("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminTlsUrl())
        .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString())
        .run()
        .checkSucceeded();
    assertThat(proxy.targets()).contains(endpoint, NAME + ":5433");
  }

  /** A password for this proxy would be the application's responsibility, so the test uses none. */
  @Test
  void theJvmsOwnProxyTakesPrecedenceAndDoesNotAffectTheMetadataServer() throws Exception {
    try (SocksServer jvms =
        new SocksServer("", Map.of(NAME, String.valueOf(primary.addresses().pscIp())))) {
      probe("PSC")
          .environment("GOOGLE_APPLICATION_CREDENTIALS", "")
          .environment(alloyDb.metadataEnvironment())
          .environment("ALL_PROXY", url("socks5h"))
          .property("socksProxyHost", "127.0.0.1")
          .property("socksProxyPort", String.valueOf(jvms.port()))
          .property("socksNonProxyHosts", "nothing.invalid")
          .run()
          .checkSucceeded();
      assertThat(jvms.targets()).isNotEmpty().containsOnly(NAME + ":5433");
      assertThat(proxy.targets()).isEmpty();
    }
  }
}
