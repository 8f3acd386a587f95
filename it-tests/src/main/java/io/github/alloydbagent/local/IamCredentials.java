package io.github.alloydbagent.local;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the IAM Service Account Credentials API that impersonation needs: returns a token of
 * a service account to a principal that may impersonate it, directly or through delegates.
 *
 * @see <a
 *     href="https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken">generateAccessToken</a>
 */
final class IamCredentials implements HttpEndpoint.Handler {
  private static final String ACCOUNT = "projects/-/serviceAccounts/";
  private static final Pattern PATH =
      Pattern.compile("/v1/projects/-/serviceAccounts/([^/:]+):generateAccessToken");

  private record Permitted(String who, String asWhom) {}

  private final Tokens tokens;
  private final Counts counts;
  private final Set<Permitted> permitted = ConcurrentHashMap.newKeySet();

  IamCredentials(Tokens tokens, Counts counts) {
    this.tokens = tokens;
    this.counts = counts;
  }

  void permit(String who, String asWhom) {
    permitted.add(new Permitted(who, asWhom));
  }

  @Override
  public HttpReply answer(HttpRequest request) {
    counts.add(Served.IMPERSONATED_TOKEN);
    Matcher path = PATH.matcher(request.path());
    if (!request.method().equals("POST") || !path.matches()) {
      return ApiRefusal.notFound(request.path()).reply();
    }
    Tokens.Grant caller = tokens.valid(request.header("Authorization").replaceFirst("Bearer ", ""));
    if (caller == null) {
      return ApiRefusal.unauthenticated().reply();
    }
    if (!Scopes.allowApi(caller.scopes())) {
      return ApiRefusal.scope().reply();
    }
    JsonObject body = JsonParser.parseString(request.body()).getAsJsonObject();
    List<String> chain = new ArrayList<>();
    chain.add(caller.principal());
    for (String delegate : texts(body, "delegates")) {
      chain.add(delegate.replace(ACCOUNT, ""));
    }
    chain.add(path.group(1));
    for (int i = 1; i < chain.size(); i++) {
      if (!permitted.contains(new Permitted(chain.get(i - 1), chain.get(i)))) {
        return ApiRefusal.denied("iam.serviceAccounts.getAccessToken", chain.get(i)).reply();
      }
    }
    JsonObject token = new JsonObject();
    token.addProperty(
        "accessToken", tokens.issue(path.group(1), new HashSet<>(texts(body, "scope"))));
    token.addProperty("expireTime", Instant.now().plus(tokens.life()).toString());
    return HttpReply.json(200, token);
  }

  private static List<String> texts(JsonObject body, String name) {
    List<String> texts = new ArrayList<>();
    JsonElement list = body.get(name);
    for (JsonElement each : list == null ? new JsonArray() : list.getAsJsonArray()) {
      texts.add(each.getAsString());
    }
    return texts;
  }
}
