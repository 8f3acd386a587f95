package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.Headers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Tests tokens for credentials other than service account keys: users' refresh tokens and tokens of
 * other identity providers.
 */
class TokenExchangeTest {
  private static final String SCOPE = "https://www.googleapis.com/auth/alloydb.login";

  private final Tokens tokens = new Tokens();
  private final WorkloadPool pool = new WorkloadPool();
  private final Person ana = new Person("ana@example.com");
  private final Map<String, String> exchange = new LinkedHashMap<>();
  private final Map<String, String> refresh = new LinkedHashMap<>();

  TokenExchangeTest() {
    exchange.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
    exchange.put("audience", WorkloadPool.AUDIENCE);
    exchange.put("requested_token_type", "urn:ietf:params:oauth:token-type:access_token");
    exchange.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    exchange.put("subject_token", pool.token("runner"));
    exchange.put("scope", SCOPE);
    refresh.put("grant_type", "refresh_token");
    refresh.put("client_id", Person.clientId());
    refresh.put("client_secret", ana.clientSecret());
    refresh.put("refresh_token", ana.refreshToken());
  }

  private static HttpRequest post(Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return new HttpRequest("POST", "/v1/token", Map.of(), new Headers(), body);
  }

  private HttpReply exchanged() {
    return new SecurityTokenService(pool, tokens, new Counts(null)).answer(post(exchange));
  }

  private HttpReply refreshed() {
    return new TokenServer(
            Map.of(), Map.of(ana.email(), ana), tokens, new Trouble<>(), new Counts(null))
        .answer(post(refresh));
  }

  private Tokens.Grant granted(HttpReply reply) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    JsonObject json = JsonParser.parseString(reply.body()).getAsJsonObject();
    assertThat(json.get("token_type").getAsString()).isEqualTo("Bearer");
    assertThat(json.get("expires_in").getAsInt()).isEqualTo(3600);
    return tokens.valid(json.get("access_token").getAsString());
  }

  @Test
  void exchangesAProvidersTokenForATokenOfItsSubject() {
    Tokens.Grant grant = granted(exchanged());
    assertThat(grant.principal())
        .isEqualTo(
            "principal://iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools"
                + "/pool/subject/runner");
    assertThat(grant.scopes()).containsExactly(SCOPE);
  }

  @Test
  void rejectsTokenOfAnotherProvider() {
    exchange.put("subject_token", new WorkloadPool().token("runner"));
    assertThat(exchanged().body()).contains("invalid_grant");
    exchange.put("subject_token", "no token");
    assertThat(exchanged().status()).isEqualTo(400);
  }

  @Test
  void rejectsTokenForAnotherAudience() {
    exchange.put("audience", "//iam.googleapis.com/another");
    assertThat(exchanged().body()).contains("invalid_request");
  }

  @Test
  void refreshTokenGrantsTheConsentedScopes() {
    refresh.put("scope", SCOPE);
    Tokens.Grant grant = granted(refreshed());
    assertThat(grant.principal()).isEqualTo("ana@example.com");
    assertThat(grant.scopes()).contains(Scopes.CLOUD_PLATFORM).doesNotContain(SCOPE);
  }

  @Test
  void rejectsUnknownRefreshTokenOrClient() {
    refresh.put("client_secret", "another");
    assertThat(refreshed().status()).isEqualTo(401);
    refresh.put("refresh_token", "another");
    assertThat(refreshed().body()).contains("invalid_grant");
  }
}
