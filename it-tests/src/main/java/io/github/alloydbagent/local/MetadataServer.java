package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The metadata server of a virtual machine, at the paths that google-auth-library 1.57 requests. It
 * uses plain HTTP and requires the header {@code Metadata-Flavor}, which keeps browsers out.
 */
final class MetadataServer implements HttpEndpoint.Handler {
  private static final String ROOT = "/computeMetadata/v1/";
  private static final String ACCOUNT = ROOT + "instance/service-accounts/default/";

  private final Supplier<ServiceAccount> account;
  private final String project;
  private final Tokens tokens;
  private final Trouble<HttpFault> trouble;
  private final Counts counts;
  private volatile boolean isPadding;

  MetadataServer(
      Supplier<ServiceAccount> account,
      String project,
      Tokens tokens,
      Trouble<HttpFault> trouble,
      Counts counts) {
    this.account = account;
    this.project = project;
    this.tokens = tokens;
    this.trouble = trouble;
    this.counts = counts;
  }

  /** Sets whether tokens are padded with dots to a length of 1024, as they are on some machines. */
  void pad(boolean padding) {
    isPadding = padding;
  }

  @Override
  public HttpReply answer(HttpRequest request) {
    if (request.path().equals(ACCOUNT + "token")) {
      counts.add(Served.METADATA_TOKEN);
      return HttpReply.suffering(
          trouble.take(),
          fault -> HttpReply.of(fault.status(), "text/html", fault.message()),
          () -> marked(request, token(request)));
    }
    return marked(request, fact(request));
  }

  private static HttpReply marked(HttpRequest request, HttpReply reply) {
    HttpReply marked =
        request.header("Metadata-Flavor").equals("Google")
            ? reply
            : HttpReply.html(403, "Missing Metadata-Flavor:Google header");
    return marked.with("Metadata-Flavor", "Google").with("Server", "Metadata Server for VM");
  }

  private HttpReply fact(HttpRequest request) {
    return switch (request.path()) {
      case "/" -> HttpReply.of(200, "application/text", "computeMetadata/\n");
      case ACCOUNT + "email" -> text(account.get().email());
      case ROOT + "instance/service-accounts/" -> HttpReply.json(200, accounts());
      case ROOT + "project/project-id" -> text(project);
      case ROOT + "universe/universe-domain" -> text("googleapis.com");
      default -> HttpReply.html(404, "The requested URL was not found on this server");
    };
  }

  private static HttpReply text(String value) {
    return HttpReply.of(200, "application/text", value);
  }

  private JsonObject accounts() {
    JsonObject one = new JsonObject();
    one.addProperty("email", account.get().email());
    JsonObject all = new JsonObject();
    all.add("default", one);
    all.add(account.get().email(), one);
    return all;
  }

  private HttpReply token(HttpRequest request) {
    String scopes = request.parameter("scopes");
    JsonObject json = new JsonObject();
    String token =
        tokens.issue(
            account.get().email(),
            scopes.isEmpty() ? Set.of(Scopes.CLOUD_PLATFORM) : Set.of(scopes.split(",", -1)));
    json.addProperty("access_token", isPadding ? token + ".".repeat(1024 - token.length()) : token);
    json.addProperty("expires_in", tokens.life().toSeconds());
    json.addProperty("token_type", "Bearer");
    return HttpReply.json(200, json);
  }
}
