package io.github.alloydbagent.credentials;

import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Credentials as the settings ask for them: of whatever kind google-auth knows, perhaps
 * impersonating a service account. Those from a file are read again when its content has changed,
 * which is looked at whenever a token is fetched. Blocks: for the agent's own threads.
 */
final class CredentialSource {

  /** Seconds that a token of an impersonated account is asked for: the most without a policy. */
  private static final int LIFETIME = 3600;

  private final IdentitySettings settings;
  private final HttpTransportFactory transport;
  private volatile @Nullable GoogleCredentials loaded;
  private byte @Nullable [] hash; // of the file that they were read from, if they were
  private boolean refused;
  private @Nullable String unreadable; // why the file's new content is not used
  private boolean lookedBefore;

  CredentialSource(IdentitySettings settings, HttpTransportFactory transport) {
    this.settings = settings;
    this.transport = transport;
  }

  /**
   * Credentials for one scope, made of those that {@link #current} returned. Those of people, and
   * fixed tokens, cannot be re-scoped, and come as they are.
   */
  GoogleCredentials scoped(GoogleCredentials source, Scope scope) {
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
    String simple = current().getClass().getSimpleName();
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

  /**
   * The credentials before scope and impersonation; others than before where their file has other
   * content now. Content that cannot be used, such as of a file that is half written, leaves those
   * in place that were read before, and is looked at again the next time.
   *
   * @throws CredentialsException if there are none, or they cannot be used
   */
  synchronized GoogleCredentials current() throws CredentialsException {
    GoogleCredentials known = loaded;
    if (known == null) {
      known = prepared(read());
      loaded = known;
      return known;
    }
    boolean again = refused;
    refused = false;
    try {
      GoogleCredentials other = hash != null ? changed(again) : again ? parsed() : null;
      if (other != null) {
        known = prepared(other);
        loaded = known;
      }
      unreadable = null;
    } catch (IOException | RuntimeException e) {
      unreadable = CredentialsException.found(e);
    }
    return known;
  }

  /**
   * A server refused what the current credentials had to say: they are made anew the next time,
   * also of the same content, since those of impersonation keep a token of their source.
   */
  synchronized void refused() {
    refused = true;
  }

  /** Why the credentials are not those in their file, as a sentence; empty if they are. */
  synchronized String unreadable() {
    return unreadable == null
        ? ""
        : " The file has changed since it was read, and its new content cannot be used: "
            + unreadable;
  }

  /** What is in the file now; null if that is as before, or the file is being replaced. */
  private @Nullable GoogleCredentials changed(boolean again) throws IOException {
    File file = file();
    if (file == null || !file.isFile()) {
      return null;
    }
    CredentialsFile now = CredentialsFile.read(file);
    byte[] hashNow = now.hash();
    if (!again && Arrays.equals(hashNow, hash)) {
      return null;
    }
    GoogleCredentials other = parsed(now);
    hash = hashNow;
    return other;
  }

  /** The file that the credentials come from, if they come from one. */
  private @Nullable File file() {
    return settings.file() != null
        ? settings.file()
        : settings.isDefault() ? CredentialsFile.ofApplicationDefault() : null;
  }

  private GoogleCredentials prepared(GoogleCredentials read) {
    GoogleCredentials credentials = read;
    if (settings.universeDomain() != null) {
      credentials = placed(credentials, settings.universeDomain());
    }
    // with impersonation, one source token for the impersonated tokens of both scopes
    return settings.impersonation().isEmpty()
        ? credentials
        : credentials.createScoped(Scope.API.url);
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
    String token = settings.accessToken();
    if (token != null) {
      return GoogleCredentials.create(new AccessToken(token, null));
    }
    try {
      GoogleCredentials inline = parsed();
      if (inline != null) {
        return inline;
      }
      File file = file();
      if (file == null) {
        return applicationDefault();
      }
      CredentialsFile content = CredentialsFile.read(file);
      GoogleCredentials credentials = parsed(content);
      if (file.isFile()) { // what is not one can be read once
        hash = content.hash();
      }
      return credentials;
    } catch (IOException | RuntimeException e) {
      ErrorCode code =
          settings.isDefault() ? ErrorCode.NO_DEFAULT_CREDENTIALS : ErrorCode.CREDENTIALS_UNUSABLE;
      throw new CredentialsException(ErrorCode.of(e, code), unusable(e), e, true);
    }
  }

  /** Those of the setting credentials-json, if it is set. */
  private @Nullable GoogleCredentials parsed() throws IOException {
    String json = settings.json();
    return json == null
        ? null
        : GoogleCredentials.fromStream(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), transport);
  }

  /**
   * Not read by way of {@link GoogleCredentials#getApplicationDefault}, which keeps the first
   * credentials as long as the JVM lives.
   */
  private GoogleCredentials parsed(CredentialsFile file) throws IOException {
    GoogleCredentials credentials =
        GoogleCredentials.fromStream(new ByteArrayInputStream(file.content()), transport);
    String project = System.getenv("GOOGLE_CLOUD_QUOTA_PROJECT");
    return settings.isDefault() && project != null && !project.trim().isEmpty()
        ? credentials.createWithQuotaProject(project)
        : credentials;
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
    File file = CredentialsFile.ofApplicationDefault();
    return "no Application Default Credentials: "
        + (file == null ? "" : file + " cannot be used: ")
        + CredentialsException.found(e)
        + " Set GOOGLE_APPLICATION_CREDENTIALS or credentials-file, run `gcloud auth"
        + " application-default login`, or run where a metadata server answers.";
  }
}
