package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Serves the {@code token_uri} of a service account key, which exchanges an assertion signed with
 * the key for an access token (RFC 7523), and Google's token server, which exchanges a user's
 * refresh token for an access token (RFC 6749, section 6).
 */
final class TokenServer implements HttpEndpoint.Handler {
  /**
   * Google's Java auth library uses this audience in every assertion, whatever the key's token_uri.
   */
  private static final String GOOGLE = "https://oauth2.googleapis.com/token";

  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final String REFRESH_TOKEN = "refresh_token";

  /** The scopes that users consent to in {@code gcloud auth application-default login}. */
  private static final Set<String> CONSENT =
      Set.of(
          "openid",
          "https://www.googleapis.com/auth/userinfo.email",
          "https://www.googleapis.com/auth/sqlservice.login",
          Scopes.CLOUD_PLATFORM);

  private static final long SKEW_SECONDS = 300;

  private final Map<String, ServiceAccount> accounts;
  private final Map<String, Person> people;
  private final Tokens tokens;
  private final Trouble<HttpFault> trouble;
  private final Counts counts;

  TokenServer(
      Map<String, ServiceAccount> accounts,
      Map<String, Person> people,
      Tokens tokens,
      Trouble<HttpFault> trouble,
      Counts counts) {
    this.accounts = accounts;
    this.people = people;
    this.tokens = tokens;
    this.trouble = trouble;
    this.counts = counts;
  }

  @Override
  public HttpReply answer(HttpRequest request) {
    counts.add(Served.TOKEN);
    return HttpReply.suffering(
        trouble.take(),
        fault -> error(fault.status(), "server_error", fault.message()),
        () -> exchange(request));
  }

  private HttpReply exchange(HttpRequest request) {
    Map<String, String> form = HttpRequest.pairs(request.body());
    if (request.method().equals("POST") && REFRESH_TOKEN.equals(form.get("grant_type"))) {
      return refreshed(form);
    }
    if (!request.method().equals("POST") || !JWT_BEARER.equals(form.get("grant_type"))) {
      return error(400, "unsupported_grant_type", "expected a POST with grant_type " + JWT_BEARER);
    }
    String[] parts = form.getOrDefault("assertion", "").split("\\.", -1);
    try {
      JsonObject claims =
          JsonParser.parseString(
                  new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8))
              .getAsJsonObject();
      ServiceAccount account = accounts.get(claims.get("iss").getAsString());
      if (account == null) {
        return error(400, "invalid_grant", "Invalid grant: account not found");
      }
      if (parts.length != 3 || !signedBy(account, parts)) {
        return error(400, "invalid_grant", "Invalid JWT Signature.");
      }
      return answer(account, claims, "http://" + request.header("Host") + request.path());
    } catch (RuntimeException e) {
      // the assertion is incomplete or malformed
      return error(400, "invalid_grant", "Invalid JWT: not a signed assertion");
    }
  }

  private HttpReply refreshed(Map<String, String> form) {
    Person person =
        people.values().stream()
            .filter(one -> one.refreshToken().equals(form.get(REFRESH_TOKEN)))
            .findAny()
            .orElse(null);
    if (person == null) {
      return error(400, "invalid_grant", "Token has been expired or revoked.");
    }
    if (!Person.clientId().equals(form.get("client_id"))
        || !person.clientSecret().equals(form.get("client_secret"))) {
      return error(401, "invalid_client", "The OAuth client was not found.");
    }
    JsonObject json = bearer(person.email(), CONSENT);
    json.addProperty("scope", String.join(" ", CONSENT));
    return HttpReply.json(200, json);
  }

  private JsonObject bearer(String principal, Set<String> scopes) {
    JsonObject json = new JsonObject();
    json.addProperty("access_token", tokens.issue(principal, scopes));
    json.addProperty("expires_in", tokens.life().toSeconds());
    json.addProperty("token_type", "Bearer");
    return json;
  }

  private HttpReply answer(ServiceAccount account, JsonObject claims, String self) {
    long now = Instant.now().getEpochSecond();
    long issued = claims.get("iat").getAsLong();
    long expiry = claims.get("exp").getAsLong();
    if (issued > now + SKEW_SECONDS || expiry < now || expiry - issued > 3600 + SKEW_SECONDS) {
      return error(
          400, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)");
    }
    String audience = claims.get("aud").getAsString();
    if (!audience.equals(self) && !audience.equals(GOOGLE)) {
      return error(400, "invalid_grant", "Invalid JWT: aud is neither " + self + " nor " + GOOGLE);
    }
    if (!claims.has("scope") || claims.get("scope").getAsString().isBlank()) {
      return error(400, "invalid_scope", "Empty or missing scope not allowed.");
    }
    Set<String> scopes = Set.copyOf(List.of(claims.get("scope").getAsString().trim().split(" +")));
    return HttpReply.json(200, bearer(account.email(), scopes));
  }

  private static boolean signedBy(ServiceAccount account, String[] parts) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(account.key().getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  static HttpReply error(int status, String error, String description) {
    JsonObject json = new JsonObject();
    json.addProperty("error", error);
    json.addProperty("error_description", description);
    return HttpReply.json(status, json);
  }
}
