package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import java.util.UUID;

/** A user with a Google account who has logged in with {@code gcloud} on this machine. */
final class Person {
  private final String email;
  private final String refreshToken = "1//" + UUID.randomUUID();
  private final String clientSecret = "d-" + UUID.randomUUID();

  Person(String email) {
    this.email = email;
  }

  String email() {
    return email;
  }

  /** Returns the OAuth client ID of {@code gcloud}. */
  static String clientId() {
    return "764086051850-local.apps.googleusercontent.com";
  }

  String refreshToken() {
    return refreshToken;
  }

  String clientSecret() {
    return clientSecret;
  }

  /**
   * Returns the credentials that {@code gcloud auth application-default login} writes. They contain
   * no e-mail address.
   */
  JsonObject credentials() {
    JsonObject json = new JsonObject();
    json.addProperty("account", "");
    json.addProperty("client_id", clientId());
    json.addProperty("client_secret", clientSecret);
    json.addProperty("refresh_token", refreshToken);
    json.addProperty("type", "authorized_user");
    json.addProperty("universe_domain", "googleapis.com");
    return json;
  }

  @Override
  public String toString() {
    return email;
  }
}
