package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

@AlloyDbTest
class SimulatedMetadataServerTest {
  private static final String ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/";

  private static LocalAlloyDb alloyDb;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder();
  }

  @Test
  void respondsToAPing() throws Exception {
    assertThat(get("").headers().firstValue("Metadata-Flavor")).contains("Google");
  }

  @Test
  void requiresTheHeader() throws Exception {
    HttpResponse<String> answer = get(ACCOUNT + "token", "X-None", "");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("Missing Metadata-Flavor:Google header");
  }

  @Test
  void returnsAccountAndProject() throws Exception {
    assertThat(get(ACCOUNT + "email").body()).isEqualTo(LocalAlloyDbBuilder.ACCOUNT);
    assertThat(get("/computeMetadata/v1/instance/service-accounts/?recursive=true").body())
        .contains("\"default\":{\"email\":\"" + LocalAlloyDbBuilder.ACCOUNT + "\"}");
    assertThat(get("/computeMetadata/v1/project/project-id").body()).isEqualTo("local-project");
    assertThat(get("/computeMetadata/v1/universe/universe-domain").body())
        .isEqualTo("googleapis.com");
  }

  @Test
  void issuesATokenForTheRequestedScopes() throws Exception {
    long before = alloyDb.count(Served.METADATA_TOKEN);
    JsonObject answer =
        HandMadeConnector.json(get(ACCOUNT + "token?scopes=" + HandMadeConnector.LOGIN));

    Tokens.Grant grant = alloyDb.tokens().valid(answer.get("access_token").getAsString());
    assertThat(grant.principal()).isEqualTo(LocalAlloyDbBuilder.ACCOUNT);
    assertThat(grant.scopes()).containsExactly(HandMadeConnector.LOGIN);
    assertThat(answer.get("expires_in").getAsInt()).isEqualTo(3600);
    assertThat(alloyDb.count(Served.METADATA_TOKEN)).isEqualTo(before + 1);
  }

  @Test
  void tokenRequestFailsIfConfigured() throws Exception {
    alloyDb.metadataTrouble().set(HttpFault.status(503, "on purpose"), 1);

    assertThat(get(ACCOUNT + "token").statusCode()).isEqualTo(503);
    assertThat(get(ACCOUNT + "token").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return get(path, "Metadata-Flavor", "Google");
  }

  private static HttpResponse<String> get(String path, String header, String value)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + alloyDb.metadataHost() + path))
                .header(header, value)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
