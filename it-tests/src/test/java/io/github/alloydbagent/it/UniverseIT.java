package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.ApiCall;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which Admin API endpoint is called, and which project is billed. */
@AlloyDbTest
class UniverseIT {
  private static final String APP = LocalAlloyDbBuilder.ACCOUNT;
  private static final String API = "https://www.googleapis.com/auth/cloud-platform";
  private static final String OTHER = "other@local-project.iam.gserviceaccount.com";

  @TempDir private Path directory;
  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;
  private static ConnectProxy proxy;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("reads")
        .serviceAccount(APP)
        .serviceAccount(OTHER)
        .user("app", "secret");
  }

  @BeforeAll
  static void start() throws Exception {
    alloyDb.permitImpersonation(APP, OTHER);
    proxy = new ConnectProxy(alloyDb.googleApis());
  }

  @AfterAll
  static void stop() throws IOException {
    proxy.close();
  }

  private static Jvm probe(String mappings, String... steps) {
    return AgentOn.jvm(
        Programs.probe(
            Jdk.chosen(),
            Built.newestDriver(),
            "jdbc:postgresql://orders-db/postgres",
            "app",
            "secret",
            steps),
        alloyDb,
        mappings);
  }

  private static List<ApiCall> callsOf(Jvm jvm) {
    int before = alloyDb.apiCalls().size();
    jvm.run().checkSucceeded();
    List<ApiCall> all = alloyDb.apiCalls();
    return all.subList(before, all.size());
  }

  /** Returns the host names that the JVM requested from the proxy when it called the Admin API. */
  private List<String> hostsRequestedBy(Jvm jvm) throws IOException {
    Path authority =
        Files.writeString(directory.resolve("ca.pem"), alloyDb.endpointCaCertificate());
    int before = proxy.targets().size();
    String[] address = proxy.url().replace("http://", "").split(":");
    jvm.property("https.proxyHost", address[0])
        .property("https.proxyPort", address[1])
        .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString());
    jvm.run().checkSucceeded();
    List<String> all = proxy.targets();
    return all.subList(before, all.size()).stream().distinct().toList();
  }

  @Test
  void billsTheConfiguredProject() {
    List<ApiCall> calls =
        callsOf(
            probe(
                    AgentOn.map("orders-db", primary)
                        + ","
                        + AgentOn.map("reads-db", alloyDb.instance("reads"))
                        + "?quota-project=reads-project",
                    "query",
                    "url=jdbc:postgresql://reads-db/postgres",
                    "query")
                .environment("ALLOYDB_AGENT_QUOTA_PROJECT", "orders-project"));
    assertThat(calls)
        .filteredOn(call -> call.resource().endsWith("/primary"))
        .isNotEmpty()
        .allMatch(call -> call.quotaProject().equals("orders-project"));
    assertThat(calls)
        .filteredOn(call -> call.resource().endsWith("/reads"))
        .isNotEmpty()
        .allMatch(call -> call.quotaProject().equals("reads-project"));
    assertThat(calls)
        .filteredOn(call -> call.resource().endsWith("/orders"))
        .extracting(ApiCall::quotaProject)
        .as("certificates, which are not shared")
        .containsExactlyInAnyOrder("orders-project", "reads-project");
  }

  @Test
  void billsTheProjectOfTheCredentials() throws Exception {
    assertThat(
            callsOf(
                probe(
                    AgentOn.map("orders-db", primary)
                        + "?credentials-file="
                        + credentials("quota_project_id", "key-project"),
                    "query")))
        .hasSize(2)
        .allMatch(call -> call.quotaProject().equals("key-project"));
    assertThat(callsOf(probe(AgentOn.map("orders-db", primary), "query")))
        .hasSize(2)
        .allMatch(call -> call.quotaProject().isEmpty());
  }

  private String credentials(String name, String value) throws IOException {
    JsonObject json =
        JsonParser.parseString(Files.readString(alloyDb.credentialsFile())).getAsJsonObject();
    json.addProperty(name, value);
    return Files.writeString(directory.resolve("key.json"), json.toString()).toString();
  }

  private static Jvm withoutEndpoint(String parameters) {
    return Programs.probe(
            Jdk.chosen(),
            Built.newestDriver(),
            "jdbc:postgresql://orders-db/postgres",
            "app",
            "secret",
            "query")
        .agent()
        .environment("GOOGLE_APPLICATION_CREDENTIALS", alloyDb.credentialsFile().toString())
        .environment("ALLOYDB_INSTANCES", AgentOn.map("orders-db", primary) + parameters);
  }

  @Test
  void callsGooglesOwnApiByDefault() throws Exception {
    assertThat(hostsRequestedBy(withoutEndpoint(""))).containsExactly("alloydb.googleapis.com:443");
  }

  @Test
  void callsTheApiOfTheConfiguredUniverse() throws Exception {
    assertThat(hostsRequestedBy(withoutEndpoint("?universe-domain=" + LocalAlloyDb.UNIVERSE)))
        .containsExactly("alloydb." + LocalAlloyDb.UNIVERSE + ":443");
    assertThat(
            hostsRequestedBy(
                withoutEndpoint("")
                    .environment("ALLOYDB_AGENT_UNIVERSE_DOMAIN", LocalAlloyDb.UNIVERSE)
                    .environment(
                        "ALLOYDB_AGENT_ACCESS_TOKEN", alloyDb.tokens().issue(APP, Set.of(API)))
                    .environment("ALLOYDB_AGENT_IMPERSONATE_SERVICE_ACCOUNT", OTHER)))
        .containsExactlyInAnyOrder(
            "alloydb." + LocalAlloyDb.UNIVERSE + ":443",
            "iamcredentials." + LocalAlloyDb.UNIVERSE + ":443");
  }

  @Test
  void callsTheApiOfTheCredentialsUniverse() throws Exception {
    assertThat(
            hostsRequestedBy(
                withoutEndpoint(
                    "?credentials-file=" + credentials("universe_domain", LocalAlloyDb.UNIVERSE))))
        .containsExactly("alloydb." + LocalAlloyDb.UNIVERSE + ":443");
  }
}
