package io.github.alloydbagent.admin;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.alloydbagent.crypto.Certificates;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an untrusted JSON object. Everything that does not have the expected form results in an
 * {@link ApiException} that describes it.
 */
final class JsonResponse {
  private final ErrorCode code;
  private final String origin;
  private final JsonObject object;

  private JsonResponse(ErrorCode code, String origin, JsonObject object) {
    this.code = code;
    this.origin = origin;
    this.object = object;
  }

  /**
   * Parses a JSON object.
   *
   * @param code of failures
   * @param origin the source of the object, for messages
   */
  static JsonResponse parse(ErrorCode code, String origin, String body) throws ApiException {
    JsonElement parsed;
    try {
      parsed = JsonParser.parseString(body);
    } catch (JsonParseException e) {
      throw unusable(code, origin, "it is not JSON: " + ApiErrors.excerpt(body), null);
    }
    if (!parsed.isJsonObject()) {
      throw unusable(code, origin, "it is not a JSON object: " + ApiErrors.excerpt(body), null);
    }
    return new JsonResponse(code, origin, parsed.getAsJsonObject());
  }

  /** Returns the text, or null if it is absent. */
  @Nullable String text(String name) throws ApiException {
    JsonElement value = object.get(name);
    if (value == null || value.isJsonNull()) {
      return null;
    }
    if (!isText(value)) {
      throw unusable("its " + name + " is not a string");
    }
    return value.getAsString();
  }

  String requiredText(String name) throws ApiException {
    String text = text(name);
    if (text == null) {
      throw unusable("it has no " + name);
    }
    return text;
  }

  /** Returns the object, or null if it is absent. */
  @Nullable JsonResponse object(String name) throws ApiException {
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull() ? null : inner(name, value);
  }

  /** Returns the objects of a list; an empty list if it is absent. */
  List<JsonResponse> objects(String name) throws ApiException {
    List<JsonResponse> objects = new ArrayList<>();
    for (JsonElement element : array(name)) {
      objects.add(inner(name, element));
    }
    return objects;
  }

  /** Returns the texts of a list; an empty list if it is absent. */
  List<String> texts(String name) throws ApiException {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : array(name)) {
      if (!isText(element)) {
        throw unusable("its " + name + " contains a value that is not a string");
      }
      texts.add(element.getAsString());
    }
    return texts;
  }

  /** Returns the addresses of an instance in the form that lists use. */
  Addresses addresses() throws ApiException {
    JsonResponse psc = object("pscInstanceConfig");
    return new Addresses(
        text("ipAddress"), text("publicIpAddress"), psc == null ? null : psc.text("pscDnsName"));
  }

  /** Returns the certificates in {@code pemCertificateChain} and {@code caCert}. */
  IssuedCertificate issuedCertificate() throws ApiException {
    List<String> chain = texts("pemCertificateChain");
    if (chain.isEmpty()) {
      throw unusable("it has no pemCertificateChain");
    }
    String authority = requiredText("caCert");
    List<X509Certificate> certificates = new ArrayList<>();
    for (String pem : chain) {
      certificates.addAll(certificates("pemCertificateChain", pem));
    }
    // caCert holds several certificates while the cluster's authority is being replaced
    return new IssuedCertificate(certificates, certificates("caCert", authority));
  }

  /**
   * Requires that this is a result with at least one of these fields, or an empty object, which is
   * how the API writes a result without values: an answer of another form, such as an error that
   * arrives with HTTP 200, must not be taken for a result without values.
   */
  void requireOneOf(String... fields) throws ApiException {
    if (object.has("error")) {
      throw unusable("it contains an error: " + ApiErrors.excerpt(object.get("error").toString()));
    }
    boolean found = object.size() == 0;
    for (String field : fields) {
      JsonElement value = object.get(field);
      if (value != null && value.isJsonNull()) {
        throw unusable("its " + field + " is null");
      }
      found |= value != null;
    }
    if (!found) {
      throw unusable(
          "it contains none of "
              + String.join(", ", fields)
              + ": "
              + ApiErrors.excerpt(object.toString()));
    }
  }

  ApiException unusable(String found) {
    return unusable(code, origin, found, null);
  }

  private JsonResponse inner(String name, JsonElement value) throws ApiException {
    if (!value.isJsonObject()) {
      throw unusable(
          "its " + name + " is not an object, or contains a value that is not an object");
    }
    return new JsonResponse(code, origin, value.getAsJsonObject());
  }

  private JsonArray array(String name) throws ApiException {
    JsonElement value = object.get(name);
    if (value == null || value.isJsonNull()) {
      return new JsonArray();
    }
    if (!value.isJsonArray()) {
      throw unusable("its " + name + " is not a list");
    }
    return value.getAsJsonArray();
  }

  /** Returns at least one certificate. */
  private List<X509Certificate> certificates(String name, String pem) throws ApiException {
    List<X509Certificate> certificates;
    try {
      certificates =
          Certificates.read(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw unusable(
          code, origin, "its " + name + " contains no certificate: " + ExceptionMessages.of(e), e);
    }
    if (certificates.isEmpty()) {
      throw unusable("its " + name + " contains no certificate in PEM");
    }
    return certificates;
  }

  private static boolean isText(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
  }

  private static ApiException unusable(
      ErrorCode code, String origin, String found, @Nullable Throwable cause) {
    return new ApiException(code, 200, origin + " cannot be used: " + found, cause);
  }
}
