package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.UUID;

/** A service account with a new key that only the token server knows. */
public final class ServiceAccount {
  private static final String DOMAIN_NOT_IN_DATABASE = ".gserviceaccount.com";

  private final String email;
  private final String keyId = UUID.randomUUID().toString().replace("-", "");
  private final KeyPair key;

  ServiceAccount(String email) {
    this.email = email;
    this.key = newKey();
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** Returns the principal, an e-mail address. */
  public String email() {
    return email;
  }

  /** Returns the PostgreSQL role of this account for automatic IAM login. */
  public String databaseUser() {
    return databaseUser(email);
  }

  /**
   * Derives the role as AlloyDB does: in lower case; for a service account, without the last three
   * labels.
   */
  static String databaseUser(String principal) {
    String lower = principal.toLowerCase(Locale.ROOT);
    return lower.endsWith(DOMAIN_NOT_IN_DATABASE)
        ? lower.substring(0, lower.length() - DOMAIN_NOT_IN_DATABASE.length())
        : lower;
  }

  KeyPair key() {
    return key;
  }

  /** Returns the content of the key file, which includes the private key. */
  String keyJson(String project, String tokenUri) {
    JsonObject json = new JsonObject();
    json.addProperty("type", "service_account");
    json.addProperty("project_id", project);
    json.addProperty("private_key_id", keyId);
    json.addProperty("private_key", Pem.of("PRIVATE KEY", key.getPrivate().getEncoded()));
    json.addProperty("client_email", email);
    json.addProperty("client_id", "100000000000000000001");
    json.addProperty("auth_uri", tokenUri);
    json.addProperty("token_uri", tokenUri);
    json.addProperty("universe_domain", "googleapis.com");
    return json.toString();
  }

  @Override
  public String toString() {
    return email;
  }
}
