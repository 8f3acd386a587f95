package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.time.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a credentials file that is replaced while the JVM runs, as in a key rotation. */
class ReplacedCredentialsTest {
  private final VirtualTime time = new VirtualTime();
  private static final String OLD = "old@p.iam.gserviceaccount.com";
  private static final String NEW = "new@p.iam.gserviceaccount.com";
  private static final String TARGET = "target@p.iam.gserviceaccount.com";

  @TempDir Path folder;
  private Path file;

  /** Accounts whose keys are deleted, and tokens that are revoked. */
  private final Set<String> deleted = new HashSet<>();

  private final List<String> asked = new ArrayList<>();
  private int tokens;

  /** Lifetime of tokens in seconds; with 0, each call fetches a new token. */
  private int life = 3600;

  @BeforeEach
  void name() {
    file = folder.resolve("key.json");
  }

  private static String key(String account) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String key =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    return """
        {"type": "service_account", "project_id": "p", "private_key_id": "1",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n",
         "client_email": "%s", "client_id": "1", "quota_project_id": "billed-%s",
         "token_uri": "http://127.0.0.1:1/token"}
        """
        .formatted(key, account, account.replaceAll("@.*", ""));
  }

  private void replace(String content) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), content);
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Responds like a token server and like the IAM credentials API. */
  private final class Server extends MockHttpTransport {

    @Override
    public LowLevelHttpRequest buildRequest(String method, String url) {
      return new MockLowLevelHttpRequest(url) {
        @Override
        public LowLevelHttpResponse execute() throws IOException {
          String authorization = getFirstHeaderValue("authorization");
          return url.contains("generateAccessToken")
              ? impersonated(String.valueOf(authorization))
              : exchanged(getContentAsString());
        }
      };
    }
  }

  private MockLowLevelHttpResponse exchanged(String form) {
    String assertion = form.replaceAll(".*assertion=([^&]*).*", "$1").split("[.]")[1];
    String claims = new String(Base64.getUrlDecoder().decode(assertion), StandardCharsets.UTF_8);
    String account = claims.replaceAll("(?s).*\"iss\": ?\"([^\"]*)\".*", "$1");
    asked.add(account);
    return deleted.contains(account)
        ? response(400, "{\"error\": \"invalid_grant\"}")
        : response(
            200,
            "{\"access_token\": \""
                + account
                + "-"
                + tokens++
                + "\", \"expires_in\": "
                + life
                + ", \"token_type\": \"Bearer\"}");
  }

  private MockLowLevelHttpResponse impersonated(String authorization) {
    String by = authorization.replace("Bearer ", "");
    asked.add("target by " + by);
    return deleted.contains(by)
        ? response(401, "{\"error\": {\"code\": 401}}")
        : response(
            200,
            "{\"accessToken\": \"target-"
                + tokens++
                + "\", \"expireTime\": \""
                + Instant.now().plusSeconds(3600).toString().replaceAll("[.][0-9]+", "")
                + "\"}");
  }

  private static MockLowLevelHttpResponse response(int status, String content) {
    return new MockLowLevelHttpResponse()
        .setStatusCode(status)
        .setContentType("application/json")
        .setContent(content);
  }

  private Identity identity(String... more) {
    List<String> settings = new ArrayList<>(List.of("credentials-file", file.toString()));
    settings.addAll(List.of(more));
    Server server = new Server();
    return TestIdentity.of(
        TestSettings.identity(settings.toArray(String[]::new)), () -> server, time);
  }

  private String token(Identity identity, Scope scope) {
    CompletableFuture<String> token = identity.token(scope);
    time.advance(5_000); // until a refused request is made again
    return token.join();
  }

  /** Fetches a token that must differ from the previous one. */
  private String next(Identity identity, String before) {
    identity.tokenRefused(Scope.API, before);
    return token(identity, Scope.API);
  }

  @Test
  void areReadWhenTheNextTokenIsFetched() throws Exception {
    replace(key(OLD));
    Identity identity = identity();
    String first = token(identity, Scope.API);
    assertThat(first).startsWith(OLD);
    assertThat(identity.principal()).isEqualTo(OLD);
    assertThat(identity.quotaProject()).isEqualTo("billed-old");

    replace(key(NEW));
    assertThat(token(identity, Scope.API)).as("as long as it is good").isEqualTo(first);
    assertThat(next(identity, first)).startsWith(NEW);
    assertThat(identity.principal()).isEqualTo(NEW);
    assertThat(identity.databaseUser()).isEqualTo("new@p.iam");
    assertThat(identity.quotaProject()).isEqualTo("billed-new");
    assertThat(token(identity, Scope.LOGIN)).startsWith(NEW);
  }

  @Test
  void areReadOnceTheKeyBeforeIsRefused() throws Exception {
    replace(key(OLD));
    deleted.add(OLD);
    Identity identity = identity();
    assertThatThrownBy(() -> token(identity, Scope.API)).hasMessageContaining("invalid_gr");
    assertThatThrownBy(() -> token(identity, Scope.API)).hasMessageContaining("invalid_gr");
    assertThat(asked).as("one request for each that asks").hasSize(2);
    replace(key(NEW));
    assertThat(token(identity, Scope.API)).startsWith(NEW);
  }

  @Test
  void replaceNothingWhileTheFileIsHalfWritten() throws Exception {
    life = 0;
    replace(key(OLD));
    Identity identity = identity();
    assertThat(token(identity, Scope.API)).startsWith(OLD);
    String whole = key(NEW);

    for (String half : List.of("", whole.substring(0, 40), whole.substring(0, 900), "{}")) {
      Files.writeString(file, half);
      assertThat(token(identity, Scope.API)).as(half).startsWith(OLD);
    }
    Files.delete(file);
    assertThat(token(identity, Scope.API)).as("between two files").startsWith(OLD);
    assertThat(identity.principal()).isEqualTo(OLD);

    Files.writeString(file, "{");
    deleted.add(OLD);
    assertThatThrownBy(() -> token(identity, Scope.LOGIN))
        .hasMessageContaining("invalid_grant")
        .hasMessageContaining("has changed since it was read")
        .hasMessageContaining("cannot be used");
    Files.writeString(file, whole);
    assertThat(token(identity, Scope.LOGIN)).startsWith(NEW);
  }

  @Test
  void areReadForImpersonationAsWell() throws Exception {
    replace(key(OLD));
    Identity identity = identity("impersonate-service-account", TARGET);
    String first = token(identity, Scope.API);
    assertThat(asked).containsExactly(OLD, "target by " + OLD + "-0");

    deleted.add(OLD);
    deleted.add(OLD + "-0");
    replace(key(NEW));
    asked.clear();
    assertThat(next(identity, first)).startsWith("target-");
    assertThat(asked).first().isEqualTo(NEW);
    assertThat(identity.principal()).isEqualTo(TARGET);
  }

  /** Google's library keeps the token of the source for an hour. */
  @Test
  void areReadAgainWithTheSameContentAfterATokenWasRevoked() throws Exception {
    replace(key(OLD));
    Identity identity = identity("impersonate-service-account", TARGET);
    String first = token(identity, Scope.API);
    deleted.add(OLD + "-0");
    asked.clear();
    assertThat(next(identity, first)).startsWith("target-");
    assertThat(asked).containsSubsequence("target by " + OLD + "-0", OLD);
  }

  @Test
  void areNotReadWhileTheTokenIsValid() throws Exception {
    replace(key(OLD));
    Identity identity = identity();
    String token = token(identity, Scope.API);
    Files.delete(file);
    try {
      Files.createDirectory(file); // reading this would fail
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(token(identity, Scope.API)).isEqualTo(token);
    }
    assertThat(asked).hasSize(1);
  }
}
