package io.github.alloydbagent.admin;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.auth.http.HttpTransportFactory;
import com.google.gson.JsonObject;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.http.ApiTransport;
import io.github.alloydbagent.http.HttpErrors;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls the AlloyDB Admin API, v1beta: connection info, client certificates, and lists of
 * instances. Calls block, so only the agent's own threads may make them.
 *
 * @see <a href="https://cloud.google.com/alloydb/docs/reference/rest">the API's reference</a>
 */
public class AdminApi {

  /** Instances per page of a list; each takes about 3 KiB. */
  private static final int PAGE_SIZE = 100;

  /** Upper bound on the pages of a list, beyond the number of instances that a project may have. */
  private static final int MAX_PAGES = 1_000;

  private final HttpTransportFactory transport;
  private final @Nullable String endpoint;
  private final Identity identity;
  private final String userAgent;

  /**
   * Creates a client of the API.
   *
   * @param endpoint without a slash at its end; null for the endpoint of the identity's universe
   */
  public AdminApi(
      HttpTransportFactory transport,
      @Nullable String endpoint,
      Identity identity,
      String userAgent) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.identity = identity;
    this.userAgent = userAgent;
  }

  /**
   * Returns the addresses of an instance.
   *
   * @param token a token of scope cloud-platform
   * @throws ApiException if the API refuses the call, returns an invalid response or does not
   *     respond
   */
  public Addresses connectionInfo(InstanceName instance, String token) throws ApiException {
    JsonResponse answer =
        call(
            "the connection info of " + instance.uri(),
            ApiErrors.CLIENT_ROLE,
            "GET",
            "/v1beta/" + instance.uri() + "/connectionInfo",
            null,
            token);
    return new Addresses(
        answer.text("ipAddress"), answer.text("publicIpAddress"), answer.text("pscDnsName"));
  }

  /**
   * Returns a client certificate for the cluster of an instance, which is valid for an hour.
   *
   * @param publicKey PEM, a SubjectPublicKeyInfo
   * @param token a token of scope cloud-platform
   * @throws ApiException if the API refuses the call, returns an invalid response or does not
   *     respond
   */
  public IssuedCertificate clientCertificate(InstanceName instance, String publicKey, String token)
      throws ApiException {
    JsonObject request = new JsonObject();
    request.addProperty("publicKey", publicKey);
    request.addProperty("certDuration", "3600s");
    request.addProperty("useMetadataExchange", true);
    return call(
            "a client certificate for " + instance.clusterUri(),
            ApiErrors.CLIENT_ROLE,
            "POST",
            "/v1beta/" + instance.clusterUri() + ":generateClientCertificate",
            ByteArrayContent.fromString("application/json; charset=utf-8", request.toString()),
            token)
        .issuedCertificate();
  }

  /**
   * Returns all instances of a project, and the locations whose instances could not be listed.
   *
   * @param project {@code projects/p}
   * @param token a token of scope cloud-platform
   * @throws ApiException if the API refuses the call, returns an invalid response or does not
   *     respond
   */
  public InstanceList instances(String project, String token) throws ApiException {
    String path = "/v1beta/" + project + "/locations/-/clusters/-/instances?pageSize=" + PAGE_SIZE;
    Map<InstanceName, Addresses> instances = new LinkedHashMap<>();
    Set<String> unreachable = new LinkedHashSet<>();
    Set<String> pageTokens = new HashSet<>();
    String pageToken = "";
    for (int page = 0; ; page++) {
      JsonResponse answer =
          call(
              "the instances of " + project,
              ApiErrors.VIEWER_ROLE,
              "GET",
              path + pageToken,
              null,
              token);
      answer.requireOneOf("instances", "nextPageToken", "unreachable");
      for (JsonResponse instance : answer.objects("instances")) {
        instances.put(name(instance), instance.addresses());
      }
      for (String location : answer.texts("unreachable")) {
        unreachable.add(ApiErrors.excerpt(location.substring(location.lastIndexOf('/') + 1)));
      }
      String next = answer.text("nextPageToken");
      if (next == null || next.isEmpty()) {
        return new InstanceList(instances, unreachable);
      }
      if (!pageTokens.add(next)) {
        throw answer.unusable("its nextPageToken repeats that of an earlier page");
      }
      if (page == MAX_PAGES) {
        throw answer.unusable("it has more than " + MAX_PAGES + " pages");
      }
      pageToken = "&pageToken=" + urlEncoded(next);
    }
  }

  private static InstanceName name(JsonResponse instance) throws ApiException {
    try {
      return InstanceName.parse(instance.requiredText("name"));
    } catch (IllegalArgumentException e) {
      throw instance.unusable("an instance has an invalid name: " + e.getMessage());
    }
  }

  private static String urlEncoded(String text) {
    try {
      return URLEncoder.encode(text, "UTF-8");
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private JsonResponse call(
      String what,
      String role,
      String method,
      String path,
      @Nullable HttpContent content,
      String token)
      throws ApiException {
    HttpResponse response = null;
    int status = 0;
    String retryAfter;
    String body;
    String at = endpoint == null ? "https://alloydb." + identity.universeDomain() : endpoint;
    try {
      HttpRequest request =
          transport
              .create()
              .createRequestFactory()
              .buildRequest(method, new GenericUrl(at + path), content);
      request.getHeaders().setAuthorization("Bearer " + token).setUserAgent(userAgent);
      request.getHeaders().setAcceptEncoding(null);
      String quotaProject = identity.quotaProject();
      if (quotaProject != null) {
        request.getHeaders().set("x-goog-user-project", quotaProject);
      }
      request
          .setSuppressUserAgentSuffix(true)
          .setThrowExceptionOnExecuteError(false)
          .setFollowRedirects(false)
          .setNumberOfRetries(0)
          .setConnectTimeout(ApiTransport.CONNECT_TIMEOUT_MILLIS)
          .setReadTimeout(ApiTransport.READ_TIMEOUT_MILLIS);
      response = request.execute();
      status = response.getStatusCode();
      retryAfter = response.getHeaders().getRetryAfter();
      body = read(response.getContent());
    } catch (IOException | RuntimeException e) {
      throw new ApiException(
          HttpErrors.code(e, ErrorCode.API_UNREACHABLE),
          status,
          "asking "
              + at
              + " for "
              + what
              + " got no complete response: "
              + ExceptionMessages.of(e)
              + ". "
              + advice(e),
          e);
    } finally {
      close(response);
    }
    body = body.replace(token, "(the token)"); // the response may be logged
    if (status != 200) {
      throw ApiErrors.forResponse(status, body, retryAfter, at, what, role, identity.principal());
    }
    return JsonResponse.parse(
        ErrorCode.API_RESPONSE_INVALID, "the Admin API's response for " + what, body);
  }

  private static String advice(Exception e) {
    String limit = ExceptionMessages.fileLimitHint(e);
    return limit.isEmpty()
        ? "Check that this is the address of the Admin API (api-endpoint) and that this machine"
            + " can reach it."
        : limit;
  }

  private static String read(@Nullable InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    int count;
    while (in != null && (count = in.read(buffer)) >= 0) { // ApiTransport limits the length
      bytes.write(buffer, 0, count);
    }
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }

  private static void close(@Nullable HttpResponse response) {
    if (response != null) {
      try {
        response.disconnect();
      } catch (IOException e) {
        // the response has been read already
      }
    }
  }
}
