package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.failure.ApiFront.Answer;
import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the messages for an Admin API that refuses calls, returns invalid responses, or is not an
 * Admin API.
 */
@AlloyDbTest
class ApiFailuresIT {
  private static final String APP = "app@local-project.iam.gserviceaccount.com";
  private static final String STRANGER = "stranger@local-project.iam.gserviceaccount.com";
  private static final String UNBILLED = "unbilled@local-project.iam.gserviceaccount.com";
  private static final String AGAIN = "The agent retries (now|in \\d+ s)[.;]";

  private static LocalAlloyDb alloyDb;
  private static ApiFront front;
  private static String primary;
  private static Outcomes outcomes;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return Servers.alloyDb()
        .instance("primary")
        .serviceAccount(APP)
        .serviceAccount(STRANGER, new IamRole[0])
        .serviceAccount(UNBILLED, IamRole.CLIENT);
  }

  @BeforeAll
  static void connectToEach() throws Exception {
    front = new ApiFront(alloyDb.adminUrl());
    primary = alloyDb.instance("primary").name();
    Map<String, String> apis = new LinkedHashMap<>();
    apis.put("unauthenticated", front.url("u", error(401, "UNAUTHENTICATED", "No such token")));
    apis.put("quota", front.url("q", error(429, "RESOURCE_EXHAUSTED", "Quota exceeded")));
    apis.put("internal", front.url("i", error(500, "INTERNAL", "Internal error.")));
    apis.put("unavailable", front.url("v", error(503, "UNAVAILABLE", "Try later")));
    apis.put("wordless", front.url("w", call -> Reply.json(500, "")));
    apis.put(
        "odd-error", front.url("o", call -> Reply.json(403, "{\"error\": {\"message\": [7]}}")));
    apis.put("page", front.url("p", call -> Reply.html(502, "<html>\n<p>Bad gateway.\n")));
    apis.put("portal", front.url("l", call -> Reply.html(200, "<html>Log in</html>")));
    apis.put("cut-off", front.url("c", call -> Reply.json(200, "{\"ipAddress").cutOff()));
    apis.put("number", front.connectionInfo("n", answer("{\"ipAddress\": 7}")));
    apis.put("array", front.connectionInfo("a", answer("[]")));
    apis.put(
        "forged",
        front.connectionInfo("f", answer("{\"ipAddress\": \"10.0.0.1\\u001b[2J\\nINFO forged\"}")));
    apis.put("no-chain", front.certificate("nc", answer("{\"caCert\": \"\"}")));
    apis.put("text-chain", front.certificate("tc", answer("{\"pemCertificateChain\": \"\"}")));
    apis.put(
        "no-certificate",
        front.certificate("x", answer("{\"pemCertificateChain\": [\"x\"], \"caCert\": \"x\"}")));
    apis.put("untrusted", alloyDb.adminTlsUrl());
    apis.put("nobody", "http://127.0.0.1:1");
    ManyHosts hosts = new ManyHosts(alloyDb);
    apis.forEach(
        (host, url) ->
            hosts.map(host, primary + "?api-endpoint=" + url).connect(host, "&connectTimeout=20"));
    outcomes =
        hosts
            .tried("no-instance", primary.replace("primary", "primry"))
            .tried("no-cluster", primary.replace("orders", "ordres"))
            .tried("no-project", primary.replace("local-project", "locl-project"))
            .tried("stranger", primary + "?credentials-file=" + alloyDb.credentialsFile(STRANGER))
            .tried("unbilled", primary + "?credentials-file=" + alloyDb.credentialsFile(UNBILLED))
            .run();
  }

  private static Answer error(int status, String state, String message) {
    return call ->
        Reply.json(
            status,
            "{\"error\": {\"code\": "
                + status
                + ", \"message\": \""
                + message
                + "\", \"status\": \""
                + state
                + "\"}}");
  }

  private static Answer answer(String json) {
    return call -> Reply.json(200, json);
  }

  @AfterAll
  static void stop() {
    front.close();
  }

  @Test
  void reports403WithBothRolesAndThePrincipal() {
    for (String host : new String[] {"stranger", "unbilled"}) {
      String email = host.equals("stranger") ? STRANGER : UNBILLED;
      assertThat(outcomes.failure(host))
          .contains(
              "no connection to host " + host + ":5432, which is mapped to " + primary,
              ": Admin API failed: " + alloyDb.adminUrl() + " returned HTTP 403 for ",
              " as " + email + ": PERMISSION_DENIED: Permission '",
              "Grant roles/alloydb.client and roles/serviceusage.serviceUsageConsumer to "
                  + email
                  + " in the instance's project, and check that the project is spelled correctly"
                  + " and that the AlloyDB API is enabled in it.");
    }
    assertThat(outcomes.failure("unbilled")).contains("'serviceusage.services.use' denied");
    assertThat(outcomes.failure("no-project"))
        .contains("returned HTTP 403", "check that the project is spelled correctly");
  }

  @Test
  void reports404WithTheNamesToCheck() {
    assertThat(outcomes.failure("no-instance"))
        .contains(
            ": Admin API failed: "
                + alloyDb.adminUrl()
                + " returned HTTP 404 for the connection info of "
                + primary.replace("primary", "primry")
                + " as "
                + APP
                + ": NOT_FOUND: Resource '"
                + primary.replace("primary", "primry")
                + "' was not found. Check the spelling of location, cluster and instance. <-");
    assertThat(outcomes.failure("no-cluster"))
        .contains("returned HTTP 404", "clusters/ordres' was not found. Check the spelling");
  }

  @Test
  void reports401AsATokenProblem() {
    assertThat(outcomes.failure("unauthenticated"))
        .contains("returned HTTP 401 for ", ": UNAUTHENTICATED: No such token.")
        .contains("The token was not accepted: check that the credentials belong to this");
  }

  @Test
  void reports429AsAQuotaProblem() {
    assertThat(outcomes.failure("quota"))
        .contains("returned HTTP 429 for ", ": RESOURCE_EXHAUSTED: Quota exceeded.")
        .contains("The project's request quota is exhausted.")
        .containsPattern(AGAIN);
  }

  @Test
  void reportsServerErrorsAndRetries() {
    assertThat(outcomes.failure("internal"))
        .contains("returned HTTP 500 for ", ": INTERNAL: Internal error. The agent")
        .containsPattern(AGAIN);
    assertThat(outcomes.failure("unavailable"))
        .contains("returned HTTP 503 for ", ": UNAVAILABLE: Try later. The agent")
        .containsPattern(AGAIN);
    assertThat(outcomes.failure("wordless"))
        .contains("returned HTTP 500", ": (empty response). The agent");
    assertThat(outcomes.failure("odd-error"))
        .contains("returned HTTP 403", ": [7]. Grant roles/alloydb.client");
  }

  @Test
  void reportsAFrontEndsErrorPage() {
    assertThat(outcomes.failure("page"))
        .contains("returned HTTP 502", ": <html> <p>Bad gateway. The agent")
        .containsPattern(AGAIN);
    assertThat(outcomes.failure("portal"))
        .containsPattern(
            ": Admin API failed: the Admin API's response for .* cannot be used: it is not JSON:"
                + " <html>Log in</html>\\. "
                + AGAIN);
  }

  @Test
  void reportsATruncatedResponse() {
    assertThat(outcomes.failure("cut-off"))
        .containsPattern(
            ": Admin API failed: asking http://127.0.0.1:\\d+/c for .* got no complete response:")
        .containsPattern(AGAIN);
  }

  @Test
  void reportsAMalformedResponse() {
    String info = "the Admin API's response for the connection info of " + primary;
    assertThat(outcomes.failure("number"))
        .contains(info + " cannot be used: its ipAddress is not a string.");
    assertThat(outcomes.failure("array"))
        .contains(info + " cannot be used: it is not a JSON object: [].");
    String certificate =
        "the Admin API's response for a client certificate for " + alloyDb.cluster().name();
    assertThat(outcomes.failure("no-chain"))
        .contains(certificate + " cannot be used: it has no pemCertificateChain.");
    assertThat(outcomes.failure("text-chain"))
        .contains(certificate + " cannot be used: its pemCertificateChain is not a list.");
    assertThat(outcomes.failure("no-certificate"))
        .contains(
            certificate
                + " cannot be used: its pemCertificateChain contains no certificate:"
                + " ");
  }

  @Test
  void escapesAResponseThatWouldForgeALogLine() {
    assertThat(outcomes.failure("forged"))
        .contains(
            ": TCP to PRIVATE 10.0.0.1 [2J INFO forged:5433 failed: the name does not resolve");
  }

  @Test
  void reportsAnAddressWithoutAnAdminApi() {
    assertThat(outcomes.failure("nobody"))
        .contains(
            ": Admin API failed: asking http://127.0.0.1:1 for ",
            " got no complete response: Connect to http://127.0.0.1:1 [/127.0.0.1] failed:"
                + " Connection refused",
            // Java 8 repeats the host name in the message
            ". Check that this is the address of the Admin API (api-endpoint) and that this"
                + " machine can reach it.");
    assertThat(outcomes.failure("untrusted"))
        .contains(": Admin API failed: asking " + alloyDb.adminTlsUrl() + " for ")
        .contains("PKIX path building failed");
  }

  @ParameterizedTest
  @CsvSource({
    "unauthenticated, AAJ-301",
    "stranger, AAJ-302",
    "odd-error, AAJ-302",
    "no-instance, AAJ-303",
    "quota, AAJ-304",
    "internal, AAJ-305",
    "page, AAJ-305",
    "cut-off, AAJ-307",
    "nobody, AAJ-307",
    "untrusted, AAJ-308",
    "portal, AAJ-310",
    "number, AAJ-310",
    "no-certificate, AAJ-310",
    "forged, AAJ-404"
  })
  void eachCauseHasItsCode(String host, String code) {
    assertThat(outcomes.code(host)).isEqualTo(code);
  }
}
