package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.local.Exchange;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests Google's own connector and the agent on one JVM, with separate databases. */
@Tag("compatibility")
class OfficialConnectorBesideIT {

  private static final String CONNECTOR = "alloydb-java-connector/";
  private static final String AGENT = "alloydb-agent-java/";

  @Test
  void bothWorkConcurrently() throws Exception {
    bothWorkConcurrently(Jdk.running());
  }

  static void bothWorkConcurrently(Jdk jdk) throws Exception {
    try (LocalAlloyDb alloyDb =
        LocalAlloyDb.builder()
            .instance("primary")
            .instance("reads")
            .user(Database.USER, Database.PASSWORD)
            .start()) {
      LocalInstance primary = alloyDb.instance("primary");
      LocalInstance reads = alloyDb.instance("reads");
      String properties =
          "?socketFactory=com.google.cloud.alloydb.SocketFactory&alloydbInstanceName="
              + primary.name()
              + "&alloydbAdminServiceEndpoint="
              + alloyDb.grpcEndpoint();
      String connector = "jdbc:postgresql:///postgres" + properties;

      JvmResult alone = jvm(jdk, alloyDb, connector).run().checkSucceeded();
      JvmResult both =
          jvm(
                  jdk,
                  alloyDb,
                  connector,
                  "jdbc:postgresql://orders-db/postgres",
                  "jdbc:postgresql://reads-db/postgres" + properties)
              .agent()
              .environment(
                  "ALLOYDB_INSTANCES", "orders-db=" + primary.name() + ",reads-db=" + reads.name())
              .run()
              .checkSucceeded();

      assertThat(alone.outLines()).containsExactly("1: app at primary");
      assertThat(both.outLines())
          .as("the mapping takes precedence over the connector's properties:\n%s", both)
          .containsExactly("1: app at primary", "2: app at primary", "3: app at reads");
      assertThat(exchanges(primary, CONNECTOR)).hasSize(10);
      assertThat(exchanges(primary, AGENT)).hasSize(5);
      assertThat(exchanges(reads, AGENT)).hasSize(5);
      assertThat(reads.exchanges()).hasSize(5);
      assertThat(both.errLines().stream().filter(line -> line.contains("alloydb-agent: ")))
          .hasSize(3)
          .allMatch(line -> line.contains(" INFO alloydb-agent: "));
      Set<String> troubles = Troubles.of(both.err());
      troubles.removeAll(Troubles.of(alone.err()));
      assertThat(troubles).as(both.err()).isEmpty();
    }
    NeighboursIT.TABLE.holdsCell(name(), "specified before the agent", "on the class path");
    NeighboursIT.TABLE.holdsCell(name(), "specified after the agent", "on the class path");
    NeighboursIT.TABLE.holdsCell(
        name(), "what it still records", "its connections, alongside the agent's");
  }

  private static Jvm jvm(Jdk jdk, LocalAlloyDb alloyDb, String... urls) throws IOException {
    String[] arguments = new String[urls.length + 2];
    arguments[0] = Database.USER;
    arguments[1] = Database.PASSWORD;
    System.arraycopy(urls, 0, arguments, 2, urls.length);
    return Jvm.of(jdk)
        .property("javax.net.ssl.trustStore", alloyDb.endpointTrustStore().toString())
        .property("javax.net.ssl.trustStoreType", "JKS")
        .environment(alloyDb.environment())
        .classPath(Built.apps())
        .classPath(Built.tool("official-connector"))
        .main("apps.SideBySide", arguments);
  }

  private static List<Exchange> exchanges(LocalInstance instance, String client) {
    return instance.exchanges().stream()
        .filter(exchange -> exchange.userAgent().startsWith(client))
        .toList();
  }

  static String name() {
    return Built.tool("official-connector").stream()
        .map(jar -> jar.getFileName().toString())
        .filter(jar -> jar.startsWith("alloydb-jdbc-connector-"))
        .map(jar -> "Google's connector " + jar.replaceAll("^\\D+-|\\.jar$", ""))
        .findFirst()
        .orElseThrow();
  }
}
