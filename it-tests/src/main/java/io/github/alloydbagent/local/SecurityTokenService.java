package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Set;

/**
 * Google's Security Token Service (RFC 8693): exchanges a token of an identity provider that a
 * workload identity pool trusts for an access token.
 *
 * @see <a href="https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token">token</a>
 */
final class SecurityTokenService implements HttpEndpoint.Handler {
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
  private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

  private final WorkloadPool pool;
  private final Tokens tokens;
  private final Counts counts;

  SecurityTokenService(WorkloadPool pool, Tokens tokens, Counts counts) {
    this.pool = pool;
    this.tokens = tokens;
    this.counts = counts;
  }

  @Override
  public HttpReply answer(HttpRequest request) {
    counts.add(Served.EXCHANGED_TOKEN);
    Map<String, String> form = HttpRequest.pairs(request.body());
    if (!request.method().equals("POST") || !request.path().equals("/v1/token")) {
      return HttpReply.html(404, "The requested URL was not found on this server");
    }
    if (!GRANT.equals(form.get("grant_type"))) {
      return TokenServer.error(400, "unsupported_grant_type", "expected " + GRANT);
    }
    if (!WorkloadPool.AUDIENCE.equals(form.get("audience"))
        || !ACCESS_TOKEN.equals(form.get("requested_token_type"))
        || !JWT.equals(form.get("subject_token_type"))) {
      return TokenServer.error(400, "invalid_request", "Invalid value for \"audience\" or a type.");
    }
    String subject = pool.subject(form.getOrDefault("subject_token", ""));
    if (subject == null) {
      return TokenServer.error(
          400, "invalid_grant", "The subject token is not signed by the provider, or over.");
    }
    String scopes = form.getOrDefault("scope", "").trim();
    if (scopes.isEmpty()) {
      return TokenServer.error(400, "invalid_scope", "Empty or missing scope not allowed.");
    }
    JsonObject json = new JsonObject();
    json.addProperty(
        "access_token",
        tokens.issue(WorkloadPool.principal(subject), Set.of(scopes.split(" +", -1))));
    json.addProperty("issued_token_type", ACCESS_TOKEN);
    json.addProperty("token_type", "Bearer");
    json.addProperty("expires_in", tokens.life().toSeconds());
    return HttpReply.json(200, json);
  }
}
