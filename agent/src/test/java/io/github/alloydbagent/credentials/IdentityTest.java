package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.TestSettings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir Path folder;

  private static Identity identity(File file, int status, String answer) {
    MockLowLevelHttpResponse response =
        new MockLowLevelHttpResponse()
            .setStatusCode(status)
            .setContentType("application/json")
            .setContent(answer);
    return new Identity(
        TestSettings.identity("credentials-file", file.getPath()),
        new MockHttpTransport.Builder().setLowLevelHttpResponse(response).build(),
        Runnable::run);
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

  private File file(String text) throws Exception {
    return Files.writeString(folder.resolve("key.json"), text).toFile();
  }

  @Test
  void tellsWhoItIsOnceItHasAToken() throws Exception {
    File file = serviceAccount();
    Identity identity = identity(file, 200, "{\"access_token\": \"t\", \"expires_in\": 3600}");
    assertThat(identity.principal()).isEqualTo("the principal of credentials-file " + file);
    assertThat(identity.token(Scope.API)).isCompletedWithValue("t");
    assertThat(identity.principal()).isEqualTo("app@p.iam.gserviceaccount.com");
    assertThat(identity.quotaProject()).isEqualTo("billed");
  }

  @Test
  void saysThatTheFileIsNotThere() throws Exception {
    File file = file("{}");
    Identity identity = identity(file, 200, "");
    assertThat(file.delete()).isTrue();
    assertFailsTerminally(
        identity,
        "credentials-file " + file + " cannot be used: ",
        "It must be a JSON file as Google Cloud writes it, readable by this process.");
  }

  @Test
  void saysThatTheFileIsMalformed() throws Exception {
    assertFailsTerminally(identity(file("no json"), 200, ""), "key.json cannot be used: ", "");
    assertFailsTerminally(
        identity(file("{\"type\": \"service_account\"}"), 200, ""),
        "key.json cannot be used: ",
        "");
    assertFailsTerminally(identity(file("{}"), 200, ""), "key.json cannot be used: ", "'type'");
  }

  @Test
  void tellsATokenThatCannotBeHadFromCredentialsThatCannotBeUsed() throws Exception {
    assertFailsTerminally(
        identity(serviceAccount(), 400, "{\"error\": \"invalid_grant\"}"),
        "no token for https://www.googleapis.com/auth/cloud-platform could be had from"
            + " credentials-file",
        "invalid_grant");
  }

  private static void assertFailsTerminally(Identity identity, String beginning, String part) {
    assertThatThrownBy(() -> identity.token(Scope.API).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining(beginning)
        .hasMessageContaining(part)
        .matches(e -> ((CredentialsException) e).isTerminal(), "terminal");
  }
}
