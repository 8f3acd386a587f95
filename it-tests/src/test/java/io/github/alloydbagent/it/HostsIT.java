package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connects to hosts in all forms, to several hosts in one URL, and to other ports. */
@AlloyDbTest
class HostsIT {
  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static LocalInstance reads;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder().instance("primary").instance("reads").user("app", "secret");
  }

  @BeforeAll
  static void start() throws Exception {
    reads.readOnly(true);
  }

  private static Jvm probe(List<String> urls, String mappings) {
    List<String> steps = new ArrayList<>();
    for (String url : urls) {
      steps.add("url=jdbc:postgresql://" + url);
      steps.add("session");
    }
    return AgentOn.jvm(
        Programs.probe(
            Jdk.chosen(), Built.newestDriver(), "-", "app", "secret", steps.toArray(String[]::new)),
        alloyDb,
        mappings);
  }

  /** Returns the instance that each connection reached. */
  private static List<String> instances(JvmResult result) {
    return result.checkSucceeded().outLines().stream()
        .map(line -> line.replaceFirst("session: ok: app (\\S+) .*", "$1"))
        .toList();
  }

  private static String mapBoth() {
    return AgentOn.map("orders-db", primary) + "," + AgentOn.map("reads-db", reads);
  }

  /** The driver queries the role of each server and chooses one. */
  @Test
  void driverFindsThePrimaryAndTheReadPoolAmongTheHostsOfAUrl() {
    String hosts = "reads-db,orders-db/postgres?targetServerType=";
    assertThat(
            instances(
                probe(
                        List.of(
                            hosts + "primary",
                            hosts + "secondary",
                            hosts + "preferSecondary",
                            "orders-db,reads-db/postgres?targetServerType=preferSecondary",
                            "orders-db,reads-db/postgres?targetServerType=any",
                            "orders-db,orders-db/postgres?targetServerType=preferSecondary"),
                        mapBoth())
                    .run()))
        .containsExactly("primary", "reads", "reads", "reads", "primary", "primary");
  }

  @Test
  void driverBalancesConnectionsOverTheHostsOfAUrl() {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      urls.add("orders-db,reads-db/postgres?loadBalanceHosts=true");
    }
    assertThat(
            Set.copyOf(
                instances(probe(urls, mapBoth()).run()))) // fails by chance once in 2^23 runs
        .containsExactlyInAnyOrder("primary", "reads");
  }

  @Test
  void driverTriesTheNextHostWhenOneIsUnreachable() {
    assertThat(
            instances(
                probe(
                        List.of("orders-db,reads-db/postgres"),
                        AgentOn.map("orders-db", primary)
                            + "?server-port=1,"
                            + AgentOn.map("reads-db", reads))
                    .run()))
        .containsExactly("reads");
  }

  @Test
  void connectsToAnotherPort() throws Exception {
    try (OtherPort other = new OtherPort(primary)) {
      assertThat(
              instances(
                  probe(
                          List.of("orders-db/postgres", "reads-db/postgres"),
                          AgentOn.map("orders-db", primary)
                              + "?server-port="
                              + other.port()
                              + ","
                              + AgentOn.map("reads-db", reads))
                      .run()))
          .containsExactly("primary", "reads");
      assertThat(other.targets()).hasSize(1);
    }
  }

  /** Many JDBC URLs use such a literal for a forwarded port. */
  @Test
  void mapsIpv6Literals() {
    assertThat(
            instances(
                probe(
                        List.of(
                            "[::1]:5432/postgres",
                            "[0:0:0:0:0:0:0:1]:5432/postgres",
                            "[::1]:5431/postgres"),
                        "[::1]:5432=" + primary.name() + ",::1=" + reads.name())
                    .run()))
        .containsExactly("primary", "primary", "reads");
  }

  @Test
  void connectsToAnInstanceWithAnIpv6Address() throws Exception {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getByName("::1"), 5433));
    } catch (IOException e) {
      assumeTrue(false, "no [::1]:5433 on this machine: " + e.getMessage());
    }
    reads.move(a -> a.withPrivateIp("::1"));
    try {
      JvmResult result = probe(List.of("reads-db/postgres"), mapBoth()).run();
      assertThat(instances(result)).containsExactly("reads");
      assertThat(result.err()).contains("at PRIVATE [::1]:5433");
    } finally {
      reads.move(a -> a.withPrivateIp(Addresses.free()));
    }
  }

  /** Checks the kernel's view; without the agent, drivers do not enable keep-alive. */
  @Test
  void idleTunnelsUseTcpKeepAlive() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "/proc/net/tcp is available only on Linux");
    Path end = directory.resolve("end");
    Jvm jvm =
        AgentOn.jvm(
            Jvm.chosen()
                .classPath(Built.apps(), Built.newestDriver())
                .main(
                    "apps.Lasting",
                    "jdbc:postgresql://orders-db/postgres?connectTimeout=40",
                    "app",
                    "secret",
                    end.toString()),
            alloyDb,
            AgentOn.map("orders-db", primary) + "?keep-alive=20m");
    try (RunningJvm running = jvm.start()) {
      running.awaitOut("first: app");
      String timer = timer(String.valueOf(primary.addresses().privateIp()));
      assertThat(timer).as("timer 2 is keep-alive").startsWith("02:");
      assertThat(Long.parseLong(timer.substring(3), 16))
          .as("hundredths of a second")
          .isBetween(110_000L, 120_000L);
      Files.createFile(end);
      running.await().checkSucceeded();
    }
  }

  /** Returns the column {@code tr:tm->when} of the connections to port 5433 of an address. */
  private static String timer(String address) throws IOException {
    byte[] bytes = InetAddress.getByName(address).getAddress();
    String hex = // the kernel prints the address as a number, in the machine's byte order
        "%02X%02X%02X%02X:1539".formatted(bytes[3], bytes[2], bytes[1], bytes[0]);
    Pattern connectionsToIt =
        Pattern.compile("\\s*\\d+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]*" + hex + " 01 .*");
    List<String> timers = new ArrayList<>();
    for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(file))) {
        timers.addAll(
            lines
                .filter(line -> connectionsToIt.matcher(line.toUpperCase(Locale.ROOT)).matches())
                .map(line -> line.trim().split("\\s+")[5])
                .collect(Collectors.toList()));
      }
    }
    return timers.stream()
        .filter(timer -> timer.startsWith("02:"))
        .findAny()
        .orElseThrow(() -> new AssertionError("no keep-alive timer to " + hex + ": " + timers));
  }

  private static Jvm besideTheOfficialConnector(String host, String instances) throws Exception {
    return AgentOn.jvm(
        Jvm.chosen()
            .property("javax.net.ssl.trustStore", alloyDb.endpointTrustStore().toString())
            .property("javax.net.ssl.trustStoreType", "JKS")
            .classPath(Built.apps())
            .classPath(Built.tool("official-connector"))
            .main(
                "apps.JdbcProbe",
                "jdbc:postgresql://"
                    + host
                    + "/postgres?socketFactory=com.google.cloud.alloydb.SocketFactory"
                    + "&alloydbInstanceName="
                    + primary.name()
                    + "&alloydbAdminServiceEndpoint="
                    + alloyDb.grpcEndpoint(),
                "app",
                "secret",
                "session"),
        alloyDb,
        instances);
  }

  @Test
  void doesNotAffectTheOfficialConnector() throws Exception {
    long before = primary.count(Served.EXCHANGE);
    assertThat(
            besideTheOfficialConnector("", AgentOn.map("reads-db", reads))
                .run()
                .checkSucceeded()
                .out())
        .startsWith("session: ok: app primary ");
    assertThat(primary.exchanges().subList((int) before, primary.exchanges().size()))
        .isNotEmpty()
        .allMatch(exchange -> exchange.userAgent().startsWith("alloydb-java-connector/"));
  }

  @Test
  void replacesTheOfficialConnectorForAMappedHost() throws Exception {
    long before = reads.count(Served.EXCHANGE);
    assertThat(
            besideTheOfficialConnector("reads-db", AgentOn.map("reads-db", reads))
                .run()
                .checkSucceeded()
                .out())
        .as("the mapping's instance, not that of the properties")
        .startsWith("session: ok: app reads ");
    assertThat(reads.exchanges().subList((int) before, reads.exchanges().size()))
        .isNotEmpty()
        .noneMatch(exchange -> exchange.userAgent().startsWith("alloydb-java-connector/"));
  }
}
