package io.github.alloydbagent.local;

import com.google.gson.JsonObject;
import java.util.UUID;

/** Somebody with a Google account, who has logged in with {@code gcloud} on this machine. */
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

  /** Of {@code gcloud} itself. */
  static String clientId() {
    return "764086051850-local.apps.googleusercontent.com";
  }

  String refreshToken() {
    return refreshToken;
  }

  String clientSecret() {
    return clientSecret;
  }

  /** What {@code gcloud auth application-default login} writes. It tells no e-mail address. */
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
