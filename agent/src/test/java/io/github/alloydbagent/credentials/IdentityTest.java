package io.github.alloydbagent.credentials;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.ErrorCode;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir Path folder;

  private final VirtualTime time = new VirtualTime();

  private Identity identity(File file, int status, String answer) {
    MockLowLevelHttpResponse response =
        new MockLowLevelHttpResponse()
            .setStatusCode(status)
            .setContentType("application/json")
            .setContent(answer);
    return TestIdentity.of(
        TestSettings.identity("credentials-file", file.getPath()),
        () -> new MockHttpTransport.Builder().setLowLevelHttpResponse(response).build(),
        time);
  }

  private CompletableFuture<String> token(Identity identity, Scope scope) {
    CompletableFuture<String> token = identity.token(scope);
    time.settle();
    return token;
  }

  private File serviceAccount() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String key =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    return file(
        """
        {"type": "service_account", "project_id": "p", "private_key_id": "1",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
         "client_email": "app@p.iam.gserviceaccount.com", "client_id": "1",
         "quota_project_id": "billed", "token_uri": "http://127.0.0.1:1/token"}
        """
            .formatted(key));
  }

  private static final String TOKEN =
      "{\"access_token\": \"t\", \"issued_token_type\": \"x\", \"token_type\": \"Bearer\","
          + " \"expires_in\": 3600, \"accessToken\": \"t\", \"expireTime\": \"%s\"}";
  private static final String ACCOUNT = "other@p.iam.gserviceaccount.com";
  private static final String ACT_AS =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
          + ACCOUNT
          + ":generateAccessToken";

  private Identity identity(String json, String... settings) throws Exception {
    List<String> all = new ArrayList<>(List.of(settings));
    if (!json.isEmpty()) {
      all.addAll(List.of("credentials-json", json));
    }
    String answer = TOKEN.formatted(Instant.now().plusSeconds(3600).truncatedTo(SECONDS));
    return TestIdentity.of(
        TestSettings.identity(all.toArray(String[]::new)),
        () ->
            new MockHttpTransport() {
              @Override
              public LowLevelHttpRequest buildRequest(String method, String url) {
                return new MockLowLevelHttpRequest(url)
                    .setResponse(
                        new MockLowLevelHttpResponse()
                            .setContentType("application/json")
                            .setContent(answer));
              }
            },
        time);
  }

  private String external(String more) throws Exception {
    Path subject = Files.writeString(folder.resolve("subject"), "subject token");
    return """
    {"type": "external_account", "audience": "//iam.googleapis.com/x", "token_url":
     "https://sts.googleapis.com/v1/token", "subject_token_type": "jwt",
     "credential_source": {"file": "%s"}%s}
    """
        .formatted(subject, more);
  }

  private static String person(String account) {
    return """
    {"type": "authorized_user", "account": "%s", "client_id": "1", "client_secret": "2",
     "refresh_token": "3"}
    """
        .formatted(account);
  }

  @Test
  void principalOfAFederatedIdentityIsTheImpersonatedAccount() throws Exception {
    Identity identity =
        identity(external(", \"service_account_impersonation_url\": \"" + ACT_AS + "\""));
    assertThat(token(identity, Scope.API)).isCompletedWithValue("t");
    assertThat(identity.databaseUser()).isEqualTo("other@p.iam");
  }

  @Test
  void hasNoDatabaseUserWithoutAnEmailAddress() throws Exception {
    for (String json : List.of(external(""), person(""))) {
      Identity identity = identity(json);
      assertThat(token(identity, Scope.API)).isCompletedWithValue("t");
      assertThat(identity.databaseUser()).isNull();
      assertThat(identity.principal()).isEqualTo("the principal of credentials-json");
    }
    Identity identity = identity(person("Ana@Example.com"));
    assertThat(token(identity, Scope.API)).isCompletedWithValue("t");
    assertThat(identity.databaseUser()).isEqualTo("ana@example.com");
  }

  @Test
  void usesAFixedTokenToRequestImpersonatedTokens() throws Exception {
    String[] fixed = {"access-token", "a", "login-token", "l"};
    assertThat(token(identity("", fixed), Scope.LOGIN)).isCompletedWithValue("l");
    Identity acting =
        identity(
            "", "access-token", "a", "login-token", "l", "impersonate-service-account", ACCOUNT);
    assertThat(token(acting, Scope.LOGIN)).isCompletedWithValue("t");
    assertThat(acting.principal()).isEqualTo(ACCOUNT);
  }

  /**
   * Google's library rejects the obvious way of setting the universe of some of these credentials.
   */
  @Test
  void acceptsAUniverseForCredentialsOfEveryKind() throws Exception {
    String key = Files.readString(serviceAccount().toPath());
    String impersonating =
        "{\"type\": \"impersonated_service_account\", \"service_account_impersonation_url\": \""
            + ACT_AS
            + "\", \"delegates\": [\"x\"], \"source_credentials\": "
            + person("")
            + "}";
    for (String json : List.of(key, external(""), person(""), impersonating)) {
      for (String[] more :
          new String[][] {{}, {"impersonate-service-account", "a@p.iam.gserviceaccount.com"}}) {
        List<String> settings = new ArrayList<>(List.of("universe-domain", "universe.example"));
        settings.addAll(List.of(more));
        Identity identity = identity(json, settings.toArray(String[]::new));
        assertThat(token(identity, Scope.API)).as(json).isCompletedWithValue("t");
        assertThat(identity.universeDomain()).isEqualTo("universe.example");
      }
    }
  }

  private File file(String text) throws Exception {
    return Files.writeString(folder.resolve("key.json"), text).toFile();
  }

  @Test
  void knowsItsPrincipalAfterTheFirstToken() throws Exception {
    File file = serviceAccount();
    Identity identity = identity(file, 200, "{\"access_token\": \"t\", \"expires_in\": 3600}");
    assertThat(identity.principal()).isEqualTo("the principal of credentials-file " + file);
    assertThat(token(identity, Scope.API)).isCompletedWithValue("t");
    assertThat(identity.principal()).isEqualTo("app@p.iam.gserviceaccount.com");
    assertThat(identity.quotaProject()).isEqualTo("billed");
  }

  @Test
  void reportsAMissingFile() throws Exception {
    File file = file("{}");
    Identity identity = identity(file, 200, "");
    assertThat(file.delete()).isTrue();
    assertFailsTerminally(
        ErrorCode.CREDENTIALS_UNUSABLE,
        identity,
        "credentials-file " + file + " cannot be used: ",
        "It must be a JSON credentials file of Google Cloud that this process can read.");
  }

  @Test
  void reportsAMalformedFile() throws Exception {
    assertFailsTerminally(
        ErrorCode.CREDENTIALS_UNUSABLE,
        identity(file("no json"), 200, ""),
        "key.json cannot be used: ",
        "");
    assertFailsTerminally(
        ErrorCode.CREDENTIALS_UNUSABLE,
        identity(file("{\"type\": \"service_account\"}"), 200, ""),
        "key.json cannot be used: ",
        "");
    assertFailsTerminally(
        ErrorCode.CREDENTIALS_UNUSABLE,
        identity(file("{}"), 200, ""),
        "key.json cannot be used: ",
        "'type'");
  }

  @Test
  void distinguishesTokenFailuresFromUnusableCredentials() throws Exception {
    assertFailsTerminally(
        ErrorCode.CREDENTIALS_REFUSED,
        identity(serviceAccount(), 400, "{\"error\": \"invalid_grant\"}"),
        "no token for https://www.googleapis.com/auth/cloud-platform could be had from"
            + " credentials-file",
        "invalid_grant");
  }

  private void assertFailsTerminally(
      ErrorCode code, Identity identity, String beginning, String part) {
    assertThatThrownBy(() -> token(identity, Scope.API).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CredentialsException.class)
        .matches(e -> ((CredentialsException) e).errorCode() == code, code.name())
        .hasMessageContaining(beginning)
        .hasMessageContaining(part)
        .matches(e -> ((CredentialsException) e).isTerminal(), "terminal");
  }
}
