package io.github.alloydbagent.local;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Serves the Admin API over HTTP and JSON. */
final class AdminRest implements HttpEndpoint.Handler {
  private static final Pattern CONNECTION_INFO =
      Pattern.compile("/v1(?:alpha|beta)/(projects/.+/instances/[^/]+)/connectionInfo");
  private static final Pattern CLIENT_CERTIFICATE =
      Pattern.compile("/v1(?:alpha|beta)?/(projects/.+/clusters/[^/:]+):generateClientCertificate");
  private static final Pattern LIST =
      Pattern.compile("/v1(?:alpha|beta)?/(projects/.+/clusters/[^/]+)/instances");
  private static final Pattern SECONDS = Pattern.compile("(\\d{1,9})(?:\\.\\d+)?s");

  private final AdminApi api;
  private final AdminTroubles troubles;
  private final Counts counts;

  AdminRest(AdminApi api, AdminTroubles troubles, Counts counts) {
    this.api = api;
    this.troubles = troubles;
    this.counts = counts;
  }

  private interface Call {
    JsonObject answer() throws ApiRefusal;
  }

  @Override
  public HttpReply answer(HttpRequest request) {
    Matcher info = CONNECTION_INFO.matcher(request.path());
    if (request.method().equals("GET") && info.matches()) {
      counts.add(Served.CONNECTION_INFO);
      return answer(troubles.connectionInfo(), () -> connectionInfo(request, info.group(1)));
    }
    Matcher certificate = CLIENT_CERTIFICATE.matcher(request.path());
    if (request.method().equals("POST") && certificate.matches()) {
      counts.add(Served.CLIENT_CERTIFICATE);
      return answer(
          troubles.clientCertificate(), () -> clientCertificate(request, certificate.group(1)));
    }
    Matcher list = LIST.matcher(request.path());
    if (request.method().equals("GET") && list.matches()) {
      counts.add(Served.LIST);
      return answer(troubles.list(), () -> list(request, list.group(1)));
    }
    counts.add(Served.API_ERROR);
    return HttpReply.html(404, "The requested URL was not found on this server");
  }

  private HttpReply answer(Trouble<HttpFault> trouble, Call call) {
    HttpReply reply =
        HttpReply.suffering(
            trouble.take(), fault -> ApiRefusal.of(fault).reply(), () -> answer(call));
    if (reply.status() >= 400) {
      counts.add(Served.API_ERROR);
    }
    return reply;
  }

  private static HttpReply answer(Call call) {
    try {
      return HttpReply.json(200, call.answer());
    } catch (ApiRefusal refusal) {
      return refusal.reply();
    }
  }

  private JsonObject connectionInfo(HttpRequest request, String name) throws ApiRefusal {
    LocalInstance instance = api.connectionInfo(caller(request), resource(name));
    Addresses addresses = instance.addresses();
    JsonObject json = new JsonObject();
    json.addProperty("name", instance.name() + "/connectionInfo");
    addIfPresent(json, "ipAddress", addresses.privateIp());
    addIfPresent(json, "publicIpAddress", addresses.publicIp());
    addIfPresent(json, "pscDnsName", addresses.pscDnsName());
    json.addProperty("instanceUid", instance.uid());
    return json;
  }

  private JsonObject clientCertificate(HttpRequest request, String name) throws ApiRefusal {
    JsonObject body = object(request.body());
    boolean exchange =
        body.has("useMetadataExchange") && body.get("useMetadataExchange").getAsBoolean();
    List<X509Certificate> chain =
        api.clientCertificate(
            caller(request), resource(name), text(body, "publicKey"), duration(body), exchange);
    JsonArray pems = new JsonArray();
    chain.forEach(certificate -> pems.add(Pem.of(certificate)));
    JsonObject json = new JsonObject();
    json.add("pemCertificateChain", pems);
    json.addProperty("caCert", Pem.of(chain.get(chain.size() - 1)));
    return json;
  }

  private JsonObject list(HttpRequest request, String parent) throws ApiRefusal {
    List<LocalInstance> all = api.list(caller(request), resource(parent));
    int from = number(request.parameter("pageToken"), 0);
    int to = Math.min(all.size(), from + number(request.parameter("pageSize"), 50));
    JsonArray instances = new JsonArray();
    for (LocalInstance instance : all.subList(Math.min(from, to), to)) {
      Addresses addresses = instance.addresses();
      JsonObject json = new JsonObject();
      json.addProperty("name", instance.name());
      json.addProperty("uid", instance.uid());
      json.addProperty("state", "READY");
      addIfPresent(json, "ipAddress", addresses.privateIp());
      addIfPresent(json, "publicIpAddress", addresses.publicIp());
      if (addresses.pscDnsName() != null) {
        JsonObject psc = new JsonObject();
        psc.addProperty("pscDnsName", addresses.pscDnsName());
        json.add("pscInstanceConfig", psc);
      }
      instances.add(json);
    }
    JsonObject json = new JsonObject();
    json.add("instances", instances);
    JsonArray unreachable = new JsonArray();
    api.unreachable(resource(parent)).forEach(unreachable::add);
    if (!unreachable.isEmpty()) {
      json.add("unreachable", unreachable);
    }
    if (to < all.size()) {
      json.addProperty("nextPageToken", Integer.toString(to));
    }
    return json;
  }

  private static AdminApi.Caller caller(HttpRequest request) {
    return new AdminApi.Caller(
        request.header("Authorization"),
        request.header("User-Agent"),
        request.header("x-goog-user-project"));
  }

  private static ResourceName resource(String name) throws ApiRefusal {
    ResourceName resource = ResourceName.parse(name);
    if (resource == null) {
      throw ApiRefusal.invalid("malformed resource name \"" + name + "\"");
    }
    return resource;
  }

  private static JsonObject object(String body) throws ApiRefusal {
    try {
      return JsonParser.parseString(body).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw ApiRefusal.invalid("Invalid JSON payload received.");
    }
  }

  private static Duration duration(JsonObject body) throws ApiRefusal {
    if (!body.has("certDuration")) {
      return Duration.ofHours(1);
    }
    Matcher seconds = SECONDS.matcher(text(body, "certDuration"));
    if (!seconds.matches()) {
      throw ApiRefusal.invalid(
          "Invalid value at 'cert_duration' (type.googleapis.com/google.protobuf.Duration)");
    }
    return Duration.ofSeconds(Long.parseLong(seconds.group(1)));
  }

  private static String text(JsonObject json, String name) throws ApiRefusal {
    if (!json.has(name) || !json.get(name).isJsonPrimitive()) {
      throw ApiRefusal.invalid("Missing or invalid value at '" + name + "'");
    }
    return json.get(name).getAsString();
  }

  private static int number(String text, int otherwise) throws ApiRefusal {
    try {
      return text.isEmpty() ? otherwise : Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw ApiRefusal.invalid("Invalid page size or token \"" + text + "\"");
    }
  }

  private static void addIfPresent(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.addProperty(name, value);
    }
  }
}
