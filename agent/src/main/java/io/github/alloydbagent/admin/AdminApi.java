package io.github.alloydbagent.admin;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.http.ApiTransport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two calls of the AlloyDB Admin API, v1beta, that a connector makes. They block: for the
 * agent's own threads.
 *
 * @see <a href="https://cloud.google.com/alloydb/docs/reference/rest">the API's reference</a>
 */
public final class AdminApi {

  /** Bytes of an answer that are read; a certificate chain takes some 6 KiB. */
  private static final int MAX_ANSWER = 1 << 20;

  private final HttpTransport transport;
  private final @Nullable String endpoint;
  private final Identity identity;
  private final String userAgent;

  /**
   * @param endpoint without a slash at its end; null for the one of the identity's universe
   */
  public AdminApi(
      HttpTransport transport, @Nullable String endpoint, Identity identity, String userAgent) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.identity = identity;
    this.userAgent = userAgent;
  }

  /**
   * Where the instance can be reached.
   *
   * @param token of scope cloud-platform
   * @throws ApiException if the API refuses, answers nonsense or does not answer
   */
  public Addresses connectionInfo(InstanceName instance, String token) throws ApiException {
    String what = "the connection info of " + instance.uri();
    JsonObject answer =
        call(what, "GET", "/v1beta/" + instance.uri() + "/connectionInfo", null, token);
    return new Addresses(
        text(what, answer, "ipAddress"),
        text(what, answer, "publicIpAddress"),
        text(what, answer, "pscDnsName"));
  }

  /**
   * A client certificate for the instance's cluster, for an hour.
   *
   * @param publicKey PEM, a SubjectPublicKeyInfo
   * @param token of scope cloud-platform
   * @throws ApiException if the API refuses, answers nonsense or does not answer
   */
  public IssuedCertificate clientCertificate(InstanceName instance, String publicKey, String token)
      throws ApiException {
    String what = "a client certificate for " + instance.clusterUri();
    JsonObject request = new JsonObject();
    request.addProperty("publicKey", publicKey);
    request.addProperty("certDuration", "3600s");
    request.addProperty("useMetadataExchange", true);
    JsonObject answer =
        call(
            what,
            "POST",
            "/v1beta/" + instance.clusterUri() + ":generateClientCertificate",
            ByteArrayContent.fromString("application/json; charset=utf-8", request.toString()),
            token);
    JsonElement chain = answer.get("pemCertificateChain");
    String authority = text(what, answer, "caCert");
    if (chain == null || !chain.isJsonArray() || chain.getAsJsonArray().isEmpty()) {
      throw nonsense(what, "it has no pemCertificateChain", null);
    }
    if (authority == null) {
      throw nonsense(what, "it has no caCert", null);
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (JsonElement pem : chain.getAsJsonArray()) {
      if (!pem.isJsonPrimitive()) {
        throw nonsense(what, "its pemCertificateChain holds something else than texts", null);
      }
      certificates.add(certificate(what, "pemCertificateChain", pem.getAsString()));
    }
    return new IssuedCertificate(certificates, certificate(what, "caCert", authority));
  }

  private JsonObject call(
      String what, String method, String path, @Nullable HttpContent content, String token)
      throws ApiException {
    HttpResponse response = null;
    int status = 0;
    String retryAfter;
    String body;
    String at = endpoint == null ? "https://alloydb." + identity.universeDomain() : endpoint;
    try {
      HttpRequest request =
          transport.createRequestFactory().buildRequest(method, new GenericUrl(at + path), content);
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
          .setConnectTimeout(ApiTransport.CONNECT_TIMEOUT)
          .setReadTimeout(ApiTransport.READ_TIMEOUT);
      response = request.execute();
      status = response.getStatusCode();
      retryAfter = response.getHeaders().getRetryAfter();
      body = read(response.getContent());
    } catch (IOException | RuntimeException e) {
      throw new ApiException(
          status,
          "asking "
              + at
              + " for "
              + what
              + " got no whole answer: "
              + Causes.of(e)
              + ". Check that this address is the Admin API's (api-endpoint) and can be reached from"
              + " here.",
          e);
    } finally {
      close(response);
    }
    body = body.replace(token, "(the token)"); // what comes back may be shown
    if (status != 200) {
      throw Refusals.refused(status, body, retryAfter, at, what, identity.principal());
    }
    return object(what, body);
  }

  private static JsonObject object(String what, String body) throws ApiException {
    try {
      JsonElement parsed = JsonParser.parseString(body);
      if (parsed.isJsonObject()) {
        return parsed.getAsJsonObject();
      }
      throw nonsense(what, "it is no JSON object: " + Refusals.excerpt(body), null);
    } catch (JsonParseException e) {
      throw nonsense(what, "it is no JSON: " + Refusals.excerpt(body), null);
    }
  }

  private static @Nullable String text(String what, JsonObject object, String name)
      throws ApiException {
    JsonElement value = object.get(name);
    if (value == null || value.isJsonNull()) {
      return null;
    }
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw nonsense(what, "its " + name + " is no text", null);
    }
    return value.getAsString();
  }

  private static X509Certificate certificate(String what, String name, String pem)
      throws ApiException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw nonsense(what, "its " + name + " holds no certificate: " + Causes.of(e), e);
    }
  }

  private static ApiException nonsense(String what, String found, @Nullable Throwable cause) {
    return new ApiException(
        200, "the Admin API's answer for " + what + " cannot be used: " + found, cause);
  }

  private static String read(@Nullable InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    int count;
    while (in != null && (count = in.read(buffer)) >= 0) {
      bytes.write(buffer, 0, count);
      if (bytes.size() > MAX_ANSWER) {
        throw new IOException("the answer is longer than " + MAX_ANSWER + " bytes");
      }
    }
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }

  private static void close(@Nullable HttpResponse response) {
    if (response != null) {
      try {
        response.disconnect();
      } catch (IOException e) {
        // what was needed of it has been read
      }
    }
  }
}
