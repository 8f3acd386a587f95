package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses connections as applications do, through tunnels. */
@AlloyDbTest(md5 = true)
class ConnectionsIT {

  @SuppressWarnings("unused")
  private static final List<String> DRIVERS = Built.DRIVERS;

  private static final String URL = "jdbc:postgresql://orders-db/postgres";
  private static final String READS_URL = "jdbc:postgresql://reads-db:5444/postgres";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static LocalInstance reads;

  /**
   * The probe polls for the notification and sends nothing that could trigger a response meanwhile.
   * The cancel request has its own tunnel.
   */
  @ParameterizedTest
  @FieldSource("DRIVERS")
  void dataNotificationsAndCancelRequestsPassTheTunnel(String driver) {
    long startups = primary.count(Served.STARTUP);
    long cancels = primary.count(Served.CANCEL);

    List<String> lines =
        probe(driver, "query", "metadata", "copy", "large", "transaction", "notify", "cancel")
            .checkSucceeded()
            .outLines();

    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).startsWith("query: ok: app at postgres (");
    assertThat(lines.get(1))
        .startsWith("metadata: ok: PostgreSQL 18")
        .contains(", user app, url " + URL)
        .contains(", pg_class (");
    assertThat(lines.get(2)).startsWith("copy: ok: 10000 rows there and back (");
    assertThat(lines.get(3)).startsWith("large: ok: 16 MiB there and back (");
    assertThat(lines.get(4)).startsWith("transaction: ok: 1 row left (");
    assertThat(lines.get(5)).startsWith("notify: ok: probe arrived (");
    assertThat(lines.get(6))
        .startsWith("cancel: ok: ERROR: canceling statement due to user request (");
    // one connection for each step and one for the notification's sender
    assertThat(primary.count(Served.STARTUP)).isEqualTo(startups + 8);
    assertThat(primary.count(Served.CANCEL)).isGreaterThan(cancels);
  }

  /** The driver's own TLS is skipped because the tunnel is already mutual TLS. */
  @ParameterizedTest
  @FieldSource("DRIVERS")
  void connectsWithEverySslmode(String driver) {
    long requests = primary.count(Served.SSL_REQUEST);
    long startups = primary.count(Served.STARTUP);

    probe(
            driver,
            "url=" + URL + "?ssl=true&sslmode=verify-full&sslrootcert=/nowhere/root.crt",
            "query",
            "url=" + URL + "?ssl=true&sslmode=require&sslNegotiation=direct",
            "query",
            "url=" + URL + "?ssl=true&gssEncMode=prefer",
            "query")
        .checkSucceeded();

    assertThat(primary.count(Served.STARTUP)).isEqualTo(startups + 3);
    assertThat(primary.count(Served.SSL_REQUEST)).isEqualTo(requests);
  }

  /** Drivers before 9.2 do not have this timeout. */
  @ParameterizedTest
  @ValueSource(strings = {"9.4.1208", "42.7.14"})
  void queryTimeoutCancelsTheQuery(String driver) {
    long cancels = primary.count(Served.CANCEL);

    JvmResult result = probe(driver, "queryTimeout").checkSucceeded();

    assertThat(result.out())
        .startsWith("queryTimeout: ok: ERROR: canceling statement due to user request (");
    assertThat(primary.count(Served.CANCEL)).isEqualTo(cancels + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9.1-901-1.jdbc4", "42.7.14"})
  void oneJvmConnectsToTwoInstances(String driver) {
    long toPrimary = primary.logins().size();
    long toReads = reads.logins().size();
    long certificates = alloyDb.count(Served.CLIENT_CERTIFICATE);
    long infos = alloyDb.count(Served.CONNECTION_INFO);
    String both = AgentOn.map("orders-db", primary) + "," + AgentOn.map("reads-db:5444", reads);

    JvmResult result =
        AgentOn.jvm(
                Programs.probe(
                    Jdk.chosen(),
                    Built.driver(driver),
                    URL,
                    "app",
                    "secret",
                    "query",
                    "url=" + READS_URL,
                    "query",
                    "query",
                    "url=" + URL,
                    "query"),
                alloyDb,
                both)
            .run()
            .checkSucceeded();

    assertThat(primary.logins()).hasSize((int) toPrimary + 2);
    assertThat(reads.logins()).hasSize((int) toReads + 2);
    List<String> err = result.errLines();
    assertThat(err).as(result.toString()).hasSize(3);
    assertThat(err.get(0)).matches(AgentOn.startLine("2 hosts are mapped"));
    assertThat(err.get(1)).matches(AgentOn.successLine("orders-db:5432", primary));
    assertThat(err.get(2)).matches(AgentOn.successLine("reads-db:5444", reads));
    // both instances belong to one cluster
    assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE)).isEqualTo(certificates + 1);
    assertThat(alloyDb.count(Served.CONNECTION_INFO)).isEqualTo(infos + 2);
  }

  /** Drivers from 9.4.1208 on try the hosts of a URL in turn. */
  @ParameterizedTest
  @ValueSource(strings = {"9.4.1208", "42.7.14"})
  void urlMayContainMappedAndUnmappedHosts(String driver) {
    long before = primary.logins().size();
    String closedPort = "127.0.0.1:1";

    probe(
            driver,
            "url=jdbc:postgresql://" + closedPort + ",orders-db/postgres",
            "query",
            "url=jdbc:postgresql://orders-db," + closedPort + "/postgres",
            "query")
        .checkSucceeded();

    assertThat(primary.logins()).hasSize((int) before + 2);
  }

  private static JvmResult probe(String driver, String... steps) {
    Jvm probe = Programs.probe(Jdk.chosen(), Built.driver(driver), URL, "app", "secret", steps);
    return AgentOn.jvm(probe, alloyDb, AgentOn.map("orders-db", primary)).run();
  }
}
