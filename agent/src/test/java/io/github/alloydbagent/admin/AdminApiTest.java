package io.github.alloydbagent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminApiTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/example.com:p/locations/l/clusters/c/instances/i");

  private MockLowLevelHttpRequest asked;
  private int calls;
  private int status = 200;
  private String answer = "{}";
  private final Deque<String> answers = new ArrayDeque<>();

  private final MockHttpTransport transport =
      new MockHttpTransport() {
        @Override
        public LowLevelHttpRequest buildRequest(String method, String url) {
          asked =
              new MockLowLevelHttpRequest(method + " " + url) {
                @Override
                public LowLevelHttpResponse execute() throws IOException {
                  calls++;
                  return new MockLowLevelHttpResponse()
                      .setStatusCode(status)
                      .setContent(answers.isEmpty() ? answer : answers.remove());
                }
              };
          return asked;
        }
      };

  private final AdminApi api =
      new AdminApi(
          () -> transport,
          "https://api.example",
          TestIdentity.of(TestSettings.identity(), () -> transport),
          "alloydb-agent-java/1");

  @Test
  void requestsConnectionInfo() throws Exception {
    answer =
        "{\"ipAddress\":\"10.0.0.1\",\"publicIpAddress\":\"\",\"pscDnsName\":\"x.psc.example.\"}";
    Addresses addresses = api.connectionInfo(INSTANCE, "token");
    assertThat(asked.getUrl())
        .isEqualTo(
            "GET https://api.example/v1beta/projects/example.com:p/locations/l/clusters/c/instances/i/connectionInfo");
    assertThat(asked.getFirstHeaderValue("authorization")).isEqualTo("Bearer token");
    assertThat(asked.getFirstHeaderValue("user-agent")).isEqualTo("alloydb-agent-java/1");
    assertThat(addresses.byType().get(IpType.PRIVATE)).isEqualTo("10.0.0.1");
    assertThat(addresses.byType().get(IpType.PUBLIC)).isNull();
    assertThat(addresses.byType().get(IpType.PSC)).as("without its dot").isEqualTo("x.psc.example");
    answer = "{\"pscDnsName\":\".\"}";
    assertThat(api.connectionInfo(INSTANCE, "token").byType().get(IpType.PSC))
        .as("the dot alone")
        .isNull();
  }

  @Test
  void requestsACertificate() {
    assertThatThrownBy(() -> api.clientCertificate(INSTANCE, "PEM", "token"))
        .isInstanceOf(ApiException.class)
        .hasMessage(
            "the Admin API's response for a client certificate for"
                + " projects/example.com:p/locations/l/clusters/c cannot be used: it has no"
                + " pemCertificateChain");
    assertThat(asked.getUrl()).endsWith("/clusters/c:generateClientCertificate");
    answer = "{\"pemCertificateChain\":[\"nonsense\"],\"caCert\":\"nonsense\"}";
    assertThatThrownBy(() -> api.clientCertificate(INSTANCE, "PEM", "token"))
        .hasMessageContaining("its pemCertificateChain contains no certificate");
  }

  @Test
  void listsAllPagesOfInstances() throws Exception {
    answers.add(
        "{\"instances\":[{\"name\":\"projects/p/locations/l/clusters/c/instances/a\",\"ipAddress\":\"10.0.0.1\",\"publicIpAddress\":\"\"}],"
            + "\"nextPageToken\":\"a+/=\",\"unreachable\":[\"projects/p/locations/m\"]}");
    answers.add(
        "{\"instances\":[{\"name\":\"projects/p/locations/l/clusters/c/instances/b\",\"pscInstanceConfig\":{\"pscDnsName\":\"b.alloydb-psc.goog.\"}}]}");
    InstanceList list = api.instances("projects/p", "token");
    assertThat(list.unreachableLocations()).containsExactly("m");
    assertThat(list.instances())
        .hasSize(2)
        .hasEntrySatisfying(
            InstanceName.parse("projects/p/locations/l/clusters/c/instances/b"),
            b -> assertThat(b.byType().get(IpType.PSC)).isEqualTo("b.alloydb-psc.goog"));
    assertThat(asked.getUrl())
        .isEqualTo(
            "GET https://api.example/v1beta/projects/p/locations/-/clusters/-/instances?pageSize=100&pageToken=a%2B/%3D");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"instances\":{}} | its instances is not a list",
        "{\"instances\":[1]} | its instances is not an object, or contains a value that is not an object",
        "{\"instances\":[{\"name\":\"x\"}]} | an instance has an invalid name: it has \"x\" where projects/ is expected",
        "{\"instances\":[{}]} | it has no name",
        "{\"instances\":null} | its instances is null",
        "{\"unreachable\":null} | its unreachable is null",
        "{\"status\":\"maintenance\"} | it contains none of instances, nextPageToken, unreachable: {\"status\":\"maintenance\"}",
        "{\"error\":{\"code\":503}} | it contains an error: {\"code\":503}",
        "{\"instances\":[],\"error\":{}} | it contains an error: {}",
        "{\"unreachable\":[1]} | its unreachable contains a value that is not a string",
      })
  void rejectsMalformedLists(String odd, String found) {
    answer = odd;
    assertThatThrownBy(() -> api.instances("projects/p", "token"))
        .hasMessage(
            "the Admin API's response for the instances of projects/p cannot be used: " + found);
  }

  @Test
  void anEmptyObjectIsAListWithoutInstances() throws Exception {
    assertThat(api.instances("projects/p", "token").instances()).isEmpty();
  }

  /** Regression: one attempt made a thousand calls. */
  @Test
  void rejectsARepeatedPage() {
    answer = "{\"instances\":[],\"nextPageToken\":\"x\"}";
    assertThatThrownBy(() -> api.instances("projects/p", "token"))
        .hasMessageEndingWith("cannot be used: its nextPageToken repeats that of an earlier page");
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void namesTheViewerRoleIfAListIsRefused() {
    status = 403;
    assertThatThrownBy(() -> api.instances("projects/p", "token"))
        .hasMessageContaining("Grant roles/alloydb.viewer and roles/serviceusage");
  }

  @Test
  void http403NamesBothRolesAndThePrincipal() {
    status = 403;
    answer =
        "{\"error\":{\"code\":403,\"message\":\"Permission denied on resource\",\"status\":\"PERMISSION_DENIED\"}}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("https://api.example returned HTTP 403")
        .hasMessageContaining("PERMISSION_DENIED: Permission denied on resource.")
        .hasMessageContaining("roles/alloydb.client and roles/serviceusage.serviceUsageConsumer")
        .hasMessageContaining("the principal of Application Default Credentials");
  }

  @Test
  void http404NamesWhatToCheck() {
    status = 404;
    answer = "{\"error\":{\"code\":404,\"message\":\"not found\",\"status\":\"NOT_FOUND\"}}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageContaining("NOT_FOUND: not found. Check the spelling of location, cluster")
        .matches(e -> ((ApiException) e).isTerminal());
  }

  @Test
  void showsAnErrorWithoutTexts() {
    status = 403;
    answer = "{\"error\":{\"message\":{\"a\":1},\"status\":[]}}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageContaining("[]: {\"a\":1}. Grant roles/alloydb.client");
  }

  @Test
  void neverShowsATokenInTheResponse() {
    status = 401;
    answer = "{\"error\":{\"message\":\"what is Bearer ya29.secret?\"}}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "ya29.secret"))
        .hasMessageContaining("what is Bearer (the token)?")
        .hasMessageNotContaining("ya29.secret");
  }

  @Test
  void showsTheBeginningOfAnHtmlPage() {
    status = 502;
    answer = "<html>\n <title>Bad gateway</title>" + "x".repeat(1000);
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageContaining("HTTP 502")
        .hasMessageContaining("<html> <title>Bad gateway</title>xxx")
        .hasMessageEndingWith("xxx...")
        .matches(e -> !((ApiException) e).isTerminal());
  }

  @Test
  void removesControlCharactersFromResponses() {
    status = 403;
    answer = "{\"error\":{\"message\":\"\u001b[2Jdenied\\u0000\\u009b\\r\\nINFO forged\"}}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageContaining(": [2Jdenied INFO forged. Grant");
  }

  @Test
  void rejectsInvalidResponses() {
    answer = "[1]";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageEndingWith("cannot be used: it is not a JSON object: [1]");
    answer = "{\"ipAddress\": \"10.0";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageContaining("cannot be used: it is not JSON: ");
    answer = "{\"ipAddress\": 7}";
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .hasMessageEndingWith("its ipAddress is not a string");
  }

  @Test
  void usesTheQuotaProjectAndTheUniverseOfTheIdentity() throws Exception {
    Identity identity =
        TestIdentity.of(
            TestSettings.identity("quota-project", "billed", "universe-domain", "example.goog"),
            () -> transport);
    new AdminApi(() -> transport, null, identity, "a/1").connectionInfo(INSTANCE, "token");
    assertThat(asked.getUrl()).startsWith("GET https://alloydb.example.goog/v1beta/projects/");
    assertThat(asked.getFirstHeaderValue("x-goog-user-project")).isEqualTo("billed");
  }

  @ParameterizedTest
  @CsvSource({
    "400, AAJ-306",
    "401, AAJ-301",
    "403, AAJ-302",
    "404, AAJ-303",
    "429, AAJ-304",
    "503, AAJ-305"
  })
  void aRefusalHasTheCodeOfItsStatus(int refused, String code) {
    status = refused;
    assertThatThrownBy(() -> api.connectionInfo(INSTANCE, "token"))
        .isInstanceOf(ApiException.class)
        .matches(e -> ((ApiException) e).errorCode().toString().equals(code), code);
  }
}
