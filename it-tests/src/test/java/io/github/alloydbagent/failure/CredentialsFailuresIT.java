package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that missing or unusable credentials, and failures to fetch a token, are distinguished from
 * refusals by the API.
 */
@AlloyDbTest
class CredentialsFailuresIT {
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

  /** Requests that followed a redirect. */
  private static final AtomicInteger FOLLOWED = new AtomicInteger();

  @TempDir private static Path directory;

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static String primary;
  private static Outcomes outcomes;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb().instance("primary");
  }

  @BeforeAll
  static void connectWithEach() throws Exception {
    front = new ApiFront(alloyDb.adminUrl());
    primary = alloyDb.instance("primary").name();
    String key = Files.readString(alloyDb.credentialsFile());
    String server = alloyDb.tokenUrl();
    ManyHosts hosts =
        new ManyHosts(environment(Map.of("NO_GCE_CHECK", "true"))).tried("none", primary);
    with(hosts, "malformed", "{ \"type\": service_account");
    with(hosts, "empty", "");
    with(hosts, "typeless", "{}");
    with(hosts, "strange", "{\"type\": \"spaceship\"}");
    with(hosts, "keyless", key.replaceAll("\"private_key\":\"[^\"]*\"", "\"private_key\":\"\""));
    with(hosts, "refused", key.replace("app@", "dismissed@"));
    with(hosts, "nobody", key.replace(server, "http://127.0.0.1:1/token"));
    with(hosts, "page", key.replace(server, front.url("t", call -> Reply.html(200, "<html>"))));
    String elsewhere = front.url("elsewhere", CredentialsFailuresIT::followed);
    with(
        hosts,
        "redirected",
        key.replace(server, front.url("r", call -> redirect(call, elsewhere))));
    outcomes = hosts.run();
  }

  private static Reply redirect(HttpExchange call, String to) {
    call.getResponseHeaders().set("Location", to + "/token?secret=4711");
    return Reply.html(307, "");
  }

  private static Reply followed(HttpExchange call) {
    FOLLOWED.incrementAndGet();
    return Reply.html(200, "");
  }

  private static void with(ManyHosts hosts, String host, String content) throws Exception {
    Path file = Files.writeString(directory.resolve(host + ".json"), content);
    hosts.map(host, primary + "?credentials-file=" + file).connect(host, "&connectTimeout=20");
  }

  private static Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminUrl());
    return environment;
  }

  @AfterAll
  static void stop() {
    front.close();
  }

  private static String failure(String host) {
    assertThat(outcomes.failure(host))
        .contains(
            "no connection to host "
                + host
                + ":5432, which is mapped to "
                + primary
                + ": credentials failed: ")
        .contains("<- io.github.alloydbagent.credentials.CredentialsException: ")
        .doesNotContain("Admin API");
    return outcomes.failure(host);
  }

  private static String file(String host) {
    return "credentials-file " + directory.resolve(host + ".json");
  }

  @Test
  void reportsMissingCredentials() {
    assertThat(failure("none"))
        .contains(
            ": credentials failed: no Application Default Credentials: Your default credentials were"
                + " not found.",
            "Set GOOGLE_APPLICATION_CREDENTIALS or credentials-file, run `gcloud auth"
                + " application-default login`, or run where a metadata server is available. <-");
  }

  @Test
  void reportsAVariableForAMissingFile() {
    Path missing = directory.resolve("missing.json");
    outcomesOf("variable", missing);
  }

  @Test
  void reportsAVariableForADirectory() {
    outcomesOf("directory", directory);
  }

  private static void outcomesOf(String host, Path credentials) {
    Outcomes one =
        new ManyHosts(environment(Map.of("GOOGLE_APPLICATION_CREDENTIALS", credentials.toString())))
            .tried(host, primary)
            .run();
    assertThat(one.failure(host))
        .contains(": credentials failed: no Application Default Credentials: ")
        .contains(
            "GOOGLE_APPLICATION_CREDENTIALS, value '" + credentials + "': File does not exist");
  }

  @Test
  void reportsAFileThatIsNotJson() {
    assertThat(failure("malformed"))
        .contains(
            ": credentials failed: "
                + file("malformed")
                + " cannot be used: the content is not JSON. It must be a JSON credentials file of"
                + " Google Cloud that this process can read.");
    assertThat(failure("empty"))
        .contains(
            file("empty")
                + " cannot be used: no JSON input found. It must be a JSON"
                + " credentials file");
  }

  @Test
  void reportsAFileWithoutCredentials() {
    assertThat(failure("typeless"))
        .contains(file("typeless") + " cannot be used: ", "'type' field not specified. It must be");
    assertThat(failure("strange"))
        .contains(file("strange") + " cannot be used: ", "'type' value 'spaceship' not recognized");
    assertThat(failure("keyless"))
        .contains(file("keyless") + " cannot be used: ", " It must be a JSON credentials file");
  }

  @Test
  void reportsAKeyThatTheTokenServerRefuses() {
    assertThat(failure("refused"))
        .contains(
            ": credentials failed: no token for " + SCOPE + " could be had from " + file("refused"),
            "400 Bad Request",
            "invalid_grant",
            "dismissed@local-project.iam.gserviceaccount.com. Check that the key and its account"
                + " still exist and are enabled, and check this machine's clock.");
  }

  @Test
  void reportsAnUnreachableTokenServer() {
    assertThat(failure("nobody"))
        .contains(
            "no token for " + SCOPE + " could be had from " + file("nobody"),
            "Connect to http://127.0.0.1:1 [/127.0.0.1] failed: Connection refused",
            "Check that this machine can reach the token server. The agent ");
  }

  /** Following the redirect would disclose the signed assertion. */
  @Test
  void doesNotFollowRedirectsOfTheTokenServer() {
    assertThat(failure("redirected"))
        .contains("no token for " + SCOPE + " could be had from " + file("redirected"))
        .contains("returned HTTP 307, a redirect to http://127.0.0.1:")
        .doesNotContain("4711");
    assertThat(FOLLOWED).hasValue(0);
  }

  @Test
  void reportsAnHtmlPageOfTheTokenServer() {
    assertThat(failure("page"))
        .contains(
            "no token for " + SCOPE + " could be had from " + file("page"),
            ": the content is not JSON. Check that this machine can reach the token server.");
  }

  @ParameterizedTest
  @CsvSource({
    "none, AAJ-201",
    "malformed, AAJ-202",
    "typeless, AAJ-202",
    "refused, AAJ-204",
    "nobody, AAJ-205",
    "page, AAJ-205",
    "redirected, AAJ-309"
  })
  void eachCauseHasItsCode(String host, String code) {
    assertThat(Troubleshooting.code(failure(host))).isEqualTo(code);
  }
}
