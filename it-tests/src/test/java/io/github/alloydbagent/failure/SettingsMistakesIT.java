package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that all invalid settings are reported together, and that no driver connects until they are
 * fixed.
 */
class SettingsMistakesIT {
  private static final String INSTANCE = "projects/p/locations/l/clusters/c/instances/i";
  private static final String FORM =
      "projects/PROJECT/locations/LOCATION/clusters/CLUSTER/instances/INSTANCE";
  private static final String NAMES =
      "instances, config-file, discover, on-remap, enabled, ip-type, enable-iam-auth, iam-user, credentials-file,"
          + " credentials-json, access-token, login-token, impersonate-service-account,"
          + " quota-project, universe-domain, refresh-strategy, api-endpoint, api-ca-file,"
          + " static-connection-info, server-port, connect-timeout, keep-alive, warm-tunnels,"
          + " driver-packages, user-agent, log-level, log-file, log-format, http-port, http-address";
  private static final String NAMES_PER_INSTANCE =
      "ip-type, enable-iam-auth, iam-user, credentials-file, credentials-json, access-token,"
          + " login-token, impersonate-service-account, quota-project, universe-domain,"
          + " refresh-strategy, api-endpoint, server-port, connect-timeout, keep-alive,"
          + " warm-tunnels";
  private static final String DURATION =
      "a duration such as 30s, 500ms or 2m (a number alone means seconds), above 0, at most 60m";

  @TempDir private Path directory;

  @Test
  void listsInvalidSettingsOfEverySource() throws Exception {
    Path file = directory.resolve("agent.properties");
    Files.writeString(
        file,
        "instances=orders-db="
            + INSTANCE
            + "\nip-typ=PSC\nrefresh-stratgy=LAZY\nuser-agent=\nlog-level=debug");
    Path log = directory.resolve("no/such/agent.log");
    Jvm jvm =
        Jvm.chosen()
            .agent("config-file=" + file + ",log-level=loud,colour=red")
            .property("alloydb.agent.server-port", "70000")
            .property("alloydb.agent.log-file", log.toString())
            .environment("ALLOYDB_AGENT_CONNECT_TIMEOUT", "soon")
            .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "maybe")
            .environment("ALLOYDB_AGENT_IP_TYPE", "PIRVATE")
            .environment("ALLOYDB_AGENT_CREDENTIALS_FILE", "/nowhere/key.json")
            .environment("ALLOYDB_AGENT_API_ENDPOINT", "http://alloydb.example")
            .environment("ALLOYDB_AGENT_DRIVER_PACKAGES", "com.acme.1")
            .environment("ALLOYDB_AGENT_BACKUP_BUCKET", "the application's own");
    assertEveryConnectionIsRefused(
        jvm,
        "42.7.14",
        "AAJ-102: colour (agent argument colour): found an unknown setting; expected one of "
            + NAMES,
        "AAJ-102: ip-typ ("
            + file
            + " line 2): found an unknown setting; expected a known one; nearest match: ip-type",
        "AAJ-102: refresh-stratgy ("
            + file
            + " line 3): found an unknown setting; expected a known one; nearest match:"
            + " refresh-strategy",
        "AAJ-106: ip-type (environment variable ALLOYDB_AGENT_IP_TYPE): found \"PIRVATE\"; expected"
            + " PRIVATE, PUBLIC or PSC, or a list such as PSC;PRIVATE; nearest match: PRIVATE",
        "AAJ-106: enable-iam-auth (environment variable ALLOYDB_AGENT_ENABLE_IAM_AUTH): found \"maybe\"; expected"
            + " true or false",
        "AAJ-107: credentials-file (environment variable ALLOYDB_AGENT_CREDENTIALS_FILE): found"
            + " \"/nowhere/key.json\", there is no such file: /nowhere/key.json; expected a file"
            + " that can be read",
        "AAJ-106: api-endpoint (environment variable ALLOYDB_AGENT_API_ENDPOINT): found"
            + " \"http://alloydb.example\", would send access tokens in the clear; expected"
            + " https://HOST[:PORT], or http:// with a loopback address: localhost, 127.x.y.z,"
            + " [::1]",
        "AAJ-106: server-port (system property alloydb.agent.server-port): found \"70000\"; expected a port from"
            + " 1 to 65535",
        "AAJ-106: connect-timeout (environment variable ALLOYDB_AGENT_CONNECT_TIMEOUT): found \"soon\"; expected "
            + DURATION,
        "AAJ-106: driver-packages (environment variable ALLOYDB_AGENT_DRIVER_PACKAGES): found \"com.acme.1\","
            + " \"com.acme.1\" is not a package name; expected package names, separated by , or ;",
        "AAJ-106: user-agent ("
            + file
            + " line 4): found nothing; expected a product and its version, such"
            + " as orders/1.2, in printable ASCII");
  }

  @Test
  void listsEveryMistakeInTheMapping() {
    String instances =
        String.join(
            "\n",
            "orders-db=" + INSTANCE,
            "orders-db=" + INSTANCE,
            "a=projects/p/locations/l/cluster/c/instances/i",
            "b=projects/p/locations/l/clusters/c",
            "c",
            "d:0=" + INSTANCE,
            "e=" + INSTANCE + "?on-remap=keep",
            "f=" + INSTANCE + "?ip-typ=PSC",
            "g=" + INSTANCE + "?ip-type=PCS&server-port=x&connect-timeout=2h",
            "h=" + INSTANCE + "?credentials-file=" + directory);
    String place = " (environment variable ALLOYDB_INSTANCES, mapping ";
    assertEveryConnectionIsRefused(
        Jvm.chosen().agent().environment("ALLOYDB_INSTANCES", instances),
        "9.1-901-1.jdbc4",
        "AAJ-103: instances"
            + place
            + "2): found host \"orders-db\" a second time; expected each host only once; the first"
            + " mapping is environment variable ALLOYDB_INSTANCES, mapping 1 \"orders-db\"",
        "AAJ-110: instances"
            + place
            + "3): found instance \"projects/p/locations/l/cluster/c/instances/i\": it has"
            + " \"cluster\" where clusters/ is expected; expected "
            + FORM,
        "AAJ-110: instances"
            + place
            + "4): found instance \"projects/p/locations/l/clusters/c\": nothing follows"
            + " \"projects/p/locations/l/clusters/c\" where instances/ is expected; expected "
            + FORM,
        "AAJ-108: instances" + place + "5): found \"c\", which has no =; expected HOST=" + FORM,
        "AAJ-109: instances"
            + place
            + "6): found host \"d:0\": the part after the host, \":0\", is not a port from 1 to"
            + " 65535; expected HOST, HOST:PORT, [IPV6]:PORT or *.DOMAIN before the =",
        "AAJ-104: on-remap"
            + place
            + "7 \"e\"): found a setting that applies to all instances; expected one of these"
            + " after ?: "
            + NAMES_PER_INSTANCE,
        "AAJ-102: ip-typ"
            + place
            + "8 \"f\"): found an unknown setting; expected one of these after ?: "
            + NAMES_PER_INSTANCE
            + "; nearest match: ip-type",
        "AAJ-106: ip-type"
            + place
            + "9 \"g\"): found \"PCS\"; expected PRIVATE, PUBLIC or PSC, or a list such as"
            + " PSC;PRIVATE; nearest match: PSC",
        "AAJ-106: server-port" + place + "9 \"g\"): found \"x\"; expected a port from 1 to 65535",
        "AAJ-106: connect-timeout" + place + "9 \"g\"): found \"2h\"; expected " + DURATION,
        "AAJ-107: credentials-file"
            + place
            + "10 \"h\"): found \""
            + directory
            + "\", is a directory; expected a file that can be read");
  }

  @Test
  void reportsAMissingConfigFile() {
    assertEveryConnectionIsRefused(
        Jvm.chosen().agent("config-file=/nowhere/agent.properties"),
        "9.4.1208",
        "AAJ-107: config-file (agent argument config-file): found \"/nowhere/agent.properties\", there is no"
            + " such file: /nowhere/agent.properties; expected a file that can be read");
  }

  /**
   * Asserts that the list is on standard error at the start and in each exception, for mapped and
   * other hosts.
   */
  private static void assertEveryConnectionIsRefused(Jvm jvm, String driver, String... mistakes) {
    Outcomes outcomes =
        new Outcomes(
            jvm.classPath(Built.apps(), Built.driver(driver))
                .main(
                    "apps.Connects",
                    "mapped=jdbc:postgresql://orders-db/postgres?user=app",
                    "unmapped=jdbc:postgresql://127.0.0.1:1/postgres?user=app")
                .run()
                .checkSucceeded());
    List<String> lines = outcomes.jvm().errLines();
    String title =
        (mistakes.length == 1 ? "1 error" : mistakes.length + " errors")
            + " in the AlloyDB Agent's settings:";
    assertThat(lines.get(0)).endsWith(" ERROR alloydb-agent: AAJ-101: " + title);
    assertThat(
            lines.subList(1, 1 + mistakes.length).stream()
                .map(line -> line.substring("  - ".length())))
        .containsExactly(mistakes);
    assertThat(lines.subList(1 + mistakes.length, lines.size()))
        .allSatisfy(line -> assertThat(line).contains(" WARN alloydb-agent: "));
    for (String host : new String[] {"orders-db", "127.0.0.1"}) {
      assertThat(outcomes.failure(host.equals("orders-db") ? "mapped" : "unmapped"))
          .contains(
              "<- java.io.IOException: AlloyDB Agent: AAJ-101: no connection to host "
                  + host
                  + ": all connections are refused until the settings are fixed, because the agent"
                  + " cannot tell which hosts to protect. "
                  + title
                  + " |   - "
                  + String.join(" |   - ", mistakes));
    }
  }

  @Test
  void anInvalidSettingWithoutMappingsDoesNotAffectConnections() {
    Outcomes outcomes =
        new Outcomes(
            Jvm.chosen()
                .agent("ip-type=PIRVATE")
                .environment("ALLOYDB_AGENT_IP_TPYE", "PSC")
                .classPath(Built.apps(), Built.newestDriver())
                .main("apps.Connects", "unmapped=jdbc:postgresql://127.0.0.1:1/postgres?user=app")
                .run()
                .checkSucceeded());
    assertThat(outcomes.of("unmapped").text())
        .contains("java.net.ConnectException: Connection refused")
        .doesNotContain("AlloyDB Agent");
    assertThat(outcomes.jvm().err())
        .contains("ERROR alloydb-agent: AAJ-101: 1 error in the AlloyDB Agent's settings:")
        .contains("found \"PIRVATE\"")
        .contains("no host is mapped (setting instances): nothing to do");
  }

  @Test
  void variablesOfTheApplicationDoNotRefuseConnections() {
    Outcomes outcomes =
        new Outcomes(
            Jvm.chosen()
                .agent()
                .environment("ALLOYDB_INSTANCES", "orders-db=" + INSTANCE)
                .environment("ALLOYDB_INSTANCE", "my-instance")
                .environment("ALLOYDB_USER", "postgres")
                .environment("ALLOYDB_PASSWORD", "secret")
                .environment("ALLOYDB_SERVER_PORT", "tcp://10.0.0.7:5432")
                .environment("ALLOYDB_HTTP_PORT", "tcp://10.0.0.7:8080")
                .environment("ALLOYDB_PORT_5432_TCP_ADDR", "10.0.0.7")
                .environment("ALLOYDB_AGENT_HTTP_PORT", "none")
                .environment("ALLOYDB_AGENT_LOG_FILE", directory.toString())
                .environment("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file")
                .classPath(Built.apps(), Built.newestDriver())
                .main("apps.Connects", "unmapped=jdbc:postgresql://127.0.0.1:1/postgres?user=app")
                .run()
                .checkSucceeded());
    assertThat(outcomes.of("unmapped").text())
        .contains("java.net.ConnectException: Connection refused")
        .doesNotContain("AlloyDB Agent");
    assertThat(outcomes.jvm().errLines())
        .filteredOn(line -> line.matches(".* (WARN|ERROR) .*: (http-|log-|env|system ).*"))
        .hasSize(2)
        .anyMatch(line -> line.contains("http-port (environment variable ALLOYDB_AGENT_HTTP_PORT)"))
        .anyMatch(line -> line.contains("log-file (environment variable ALLOYDB_AGENT_LOG_FILE)"));
    assertThat(outcomes.jvm().err()).doesNotContain("secret").contains("ALLOYDB_AGENT_IAM_USER");
  }

  @Test
  void aProgramWithoutADatabaseStillRuns() {
    JvmResult result =
        Jvm.chosen()
            .agent("ip-type=PIRVATE")
            .classPath(Built.apps())
            .property("application", "runs")
            .main("apps.Child", "property", "application")
            .run()
            .checkSucceeded();
    assertThat(result.out().trim()).isEqualTo("runs");
    assertThat(result.err()).contains("1 error in the AlloyDB Agent's settings:");
  }

  @Test
  void anUnknownVariableCausesOnlyAWarning() {
    JvmResult result =
        Jvm.chosen()
            .agent()
            .environment("ALLOYDB_AGENT_BACKUP_BUCKET", "the application's own")
            .classPath(Built.apps())
            .main("apps.Child", "property", "java.specification.version")
            .run()
            .checkSucceeded();
    assertThat(result.err())
        .contains(
            "WARN alloydb-agent: AAJ-111: environment variable ALLOYDB_AGENT_BACKUP_BUCKET is not"
                + " a setting of the AlloyDB Agent; it is ignored");
  }
}
