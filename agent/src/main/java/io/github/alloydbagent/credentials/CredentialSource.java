package io.github.alloydbagent.credentials;

import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import io.github.alloydbagent.config.IdentitySettings;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credentials as the settings ask for them: of whatever kind google-auth knows, perhaps
 * impersonating a service account. Blocks: for the agent's own threads.
 */
final class CredentialSource {

  /** Seconds that a token of an impersonated account is asked for: the most without a policy. */
  private static final int LIFETIME = 3600;

  private final IdentitySettings settings;
  private final HttpTransportFactory transport;
  private volatile @Nullable GoogleCredentials loaded;
  private boolean lookedBefore;

  CredentialSource(IdentitySettings settings, HttpTransportFactory transport) {
    this.settings = settings;
    this.transport = transport;
  }

  /**
   * Credentials for one scope. Those of people, and fixed tokens, cannot be re-scoped, and come as
   * they are.
   *
   * @throws CredentialsException if there are none, or they cannot be used
   */
  GoogleCredentials scoped(Scope scope) throws CredentialsException {
    GoogleCredentials source = load();
    List<String> chain = settings.impersonation();
    List<String> scopes = Collections.singletonList(scope.url);
    if (chain.isEmpty()) {
      // whether or not that is required: external accounts would do without, for the API's scope
      return source.createScoped(scopes);
    }
    // the API wants the delegate nearest to the source first
    List<String> delegates = new ArrayList<>(chain.subList(1, chain.size()));
    Collections.reverse(delegates);
    return ImpersonatedCredentials.newBuilder()
        .setSourceCredentials(source)
        .setTargetPrincipal(chain.get(0))
        .setDelegates(delegates)
        .setScopes(scopes)
        .setLifetime(LIFETIME)
        .setHttpTransportFactory(transport)
        .build();
  }

  /**
   * The token that the settings themselves give for this scope, if they do. One that impersonates
   * somebody is none: it is what tokens for that one are asked for with.
   */
  @Nullable String fixedToken(Scope scope) {
    if (!settings.impersonation().isEmpty()) {
      return null;
    }
    String login = settings.loginToken();
    return scope == Scope.LOGIN && login != null ? login : settings.accessToken();
  }

  /** The credentials before scope and impersonation, if they have been read. */
  @Nullable GoogleCredentials loaded() {
    return loaded;
  }

  /** What the credentials are, for people: {@code service account key}. */
  String kind() throws CredentialsException {
    String simple = load().getClass().getSimpleName();
    switch (simple) {
      case "ServiceAccountCredentials":
        return "service account key";
      case "UserCredentials":
        return "a person's login";
      case "ComputeEngineCredentials":
        return "metadata server";
      case "ImpersonatedCredentials":
        return "impersonation";
      case "GoogleCredentials":
        return "fixed token";
      default: // such as IdentityPoolCredentials, ExternalAccountAuthorizedUserCredentials
        return "external account (" + simple.replace("Credentials", "") + ")";
    }
  }

  private synchronized GoogleCredentials load() throws CredentialsException {
    GoogleCredentials credentials = loaded;
    if (credentials == null) {
      credentials = read();
      if (settings.universeDomain() != null) {
        credentials = placed(credentials, settings.universeDomain());
      }
      if (!settings.impersonation().isEmpty()) {
        // one source token for the impersonated tokens of both scopes
        credentials = credentials.createScoped(Scope.API.url);
      }
      loaded = credentials;
    }
    return credentials;
  }

  /** The same in a universe; one that impersonates somebody is where its own source is. */
  private static GoogleCredentials placed(GoogleCredentials credentials, String universe) {
    if (credentials instanceof ImpersonatedCredentials) {
      ImpersonatedCredentials impersonated = (ImpersonatedCredentials) credentials;
      return impersonated.toBuilder()
          .setSourceCredentials(placed(impersonated.getSourceCredentials(), universe))
          .build();
    }
    return credentials.toBuilder().setUniverseDomain(universe).build();
  }

  private GoogleCredentials read() throws CredentialsException {
    String json = settings.json();
    String token = settings.accessToken();
    if (token != null) {
      return GoogleCredentials.create(new AccessToken(token, null));
    }
    try {
      if (settings.file() != null) {
        try (InputStream in = new FileInputStream(settings.file())) {
          return GoogleCredentials.fromStream(in, transport);
        }
      }
      if (json != null) {
        return GoogleCredentials.fromStream(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), transport);
      }
      return applicationDefault();
    } catch (IOException | RuntimeException e) {
      throw new CredentialsException(unusable(e), e, true);
    }
  }

  /**
   * google-auth looks for a metadata server once in the life of a JVM, and one that came up after
   * the JVM (as in a pod, whose own is a neighbour) is never found: so it is asked here, too.
   */
  private GoogleCredentials applicationDefault() throws IOException {
    try {
      return GoogleCredentials.getApplicationDefault(transport);
    } catch (IOException e) {
      if (!lookedBefore || !MetadataServer.answers(transport.create())) {
        lookedBefore = true;
        throw e;
      }
      return ComputeEngineCredentials.newBuilder().setHttpTransportFactory(transport).build();
    }
  }

  private String unusable(Exception e) {
    if (settings.file() != null) {
      return "credentials-file "
          + settings.file()
          + " cannot be used: "
          + CredentialsException.found(e)
          + " It must be a JSON file as Google Cloud writes it, readable by this process.";
    }
    if (settings.json() != null) {
      return "credentials-json cannot be used: it must be the JSON of a credentials file as Google"
          + " Cloud writes it ("
          + e.getClass().getSimpleName()
          + ").";
    }
    return "no Application Default Credentials: "
        + CredentialsException.found(e)
        + " Set GOOGLE_APPLICATION_CREDENTIALS or credentials-file, run `gcloud auth"
        + " application-default login`, or run where a metadata server answers.";
  }
}
