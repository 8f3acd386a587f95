package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A workload identity pool and the identity provider that it trusts. The subject of a valid JSON
 * Web Token of the provider is a principal of Google Cloud.
 */
final class WorkloadPool {
  private static final String POOL =
      "//iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools/pool";

  /** The Security Token Service's audience for the provider's tokens. */
  static final String AUDIENCE = POOL + "/providers/oidc";

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final KeyPair key;

  WorkloadPool() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      key = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  /** Returns IAM's name for the subject. */
  static String principal(String subject) {
    return "principal:" + POOL + "/subject/" + subject;
  }

  /** Returns a token of the provider that expires after one hour. */
  String token(String subject) {
    JsonObject header = new JsonObject();
    header.addProperty("alg", "ES256");
    JsonObject claims = new JsonObject();
    claims.addProperty("iss", "https://provider.example");
    claims.addProperty("aud", "https:" + AUDIENCE);
    claims.addProperty("sub", subject);
    claims.addProperty("exp", Instant.now().getEpochSecond() + 3600);
    String signed = encoded(header) + "." + encoded(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + ENCODER.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the subject of a token; null if the provider did not issue it or it has expired. */
  @Nullable String subject(String token) {
    String[] parts = token.split("\\.", -1);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initVerify(key.getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      if (parts.length != 3 || !signature.verify(Base64.getUrlDecoder().decode(parts[2]))) {
        return null;
      }
    } catch (GeneralSecurityException | RuntimeException misshapen) {
      return null;
    }
    JsonObject claims =
        JsonParser.parseString(
                new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8))
            .getAsJsonObject();
    return claims.get("exp").getAsLong() > Instant.now().getEpochSecond()
            && claims.get("aud").getAsString().equals("https:" + AUDIENCE)
        ? claims.get("sub").getAsString()
        : null;
  }

  private static String encoded(JsonObject json) {
    return ENCODER.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
  }
}
