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
 * Reads the credentials that the settings name, of any kind that google-auth supports, with or
 * without impersonation of a service account. Each fetch of a token checks whether the credentials
 * file has changed, and reads it again if so. Blocks, so only the agent's own threads may call it.
 */
final class CredentialSource {

  /**
   * Requested lifetime of the token of an impersonated account: the maximum without an organization
   * policy.
   */
  private static final int IMPERSONATED_LIFETIME_SECONDS = 3600;

  private final IdentitySettings settings;
  private final HttpTransportFactory transport;
  private volatile @Nullable GoogleCredentials loaded;
  private byte @Nullable [] fileHash; // of the file from which they were read, if any
  private boolean wasRefused;
  private @Nullable String unusableReason; // why the file's new content is not used
  private boolean hasLookedBefore;

  CredentialSource(IdentitySettings settings, HttpTransportFactory transport) {
    this.settings = settings;
    this.transport = transport;
  }

  /**
   * Returns credentials for one scope, created from those that {@link #current} returned.
   * Credentials of people and fixed tokens have no scopes and are returned unchanged.
   */
  GoogleCredentials scoped(GoogleCredentials source, Scope scope) {
    List<String> chain = settings.impersonation();
    List<String> scopes = Collections.singletonList(scope.url);
    if (chain.isEmpty()) {
      // even if not required: external accounts would work without, but with the API's scope
      return source.createScoped(scopes);
    }
    // the API requires the delegate nearest to the source first
    List<String> delegates = new ArrayList<>(chain.subList(1, chain.size()));
    Collections.reverse(delegates);
    return ImpersonatedCredentials.newBuilder()
        .setSourceCredentials(source)
        .setTargetPrincipal(chain.get(0))
        .setDelegates(delegates)
        .setScopes(scopes)
        .setLifetime(IMPERSONATED_LIFETIME_SECONDS)
        .setHttpTransportFactory(transport)
        .build();
  }

  /**
   * Returns the token that the settings contain for this scope, or null. With impersonation it is
   * null: the token in the settings then authorizes the requests for tokens of the impersonated
   * account.
   */
  @Nullable String fixedToken(Scope scope) {
    if (!settings.impersonation().isEmpty()) {
      return null;
    }
    String login = settings.loginToken();
    return scope == Scope.LOGIN && login != null ? login : settings.accessToken();
  }

  /**
   * Returns the credentials before scope and impersonation, or null if they have not been read yet.
   */
  @Nullable GoogleCredentials loaded() {
    return loaded;
  }

  /** Returns the kind of the credentials, for people, such as {@code service account key}. */
  String kind() throws CredentialsException {
    String simple = current().getClass().getSimpleName();
    switch (simple) {
      case "ServiceAccountCredentials":
        return "service account key";
      case "UserCredentials":
        return "user login";
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
   * Returns the credentials before scope and impersonation, and reads them again if the content of
   * their file has changed. If the new content cannot be used, for example because the file is half
   * written, the previous credentials stay, and the next call reads the file again.
   *
   * @throws CredentialsException if there are no credentials, or they cannot be used
   */
  synchronized GoogleCredentials current() throws CredentialsException {
    GoogleCredentials credentials = loaded;
    if (credentials == null) {
      credentials = prepared(read());
      loaded = credentials;
      return credentials;
    }
    boolean force = wasRefused;
    wasRefused = false;
    try {
      GoogleCredentials replacement = fileHash != null ? changed(force) : force ? parsed() : null;
      if (replacement != null) {
        credentials = prepared(replacement);
        loaded = credentials;
      }
      unusableReason = null;
    } catch (IOException | RuntimeException e) {
      unusableReason = CredentialsException.describe(e);
    }
    return credentials;
  }

  /**
   * Called when a server refused the current credentials. The next call creates them again, even
   * from the same content, since impersonated credentials keep a token of their source.
   */
  synchronized void recreateOnNextCall() {
    wasRefused = true;
  }

  /**
   * Returns a sentence that explains why the credentials differ from those in their file; empty if
   * they do not.
   */
  synchronized String changedFileProblem() {
    return unusableReason == null
        ? ""
        : " The file has changed since it was read, and its new content cannot be used: "
            + unusableReason;
  }

  /**
   * Returns the credentials in the file now; null if its content is unchanged, or the file is
   * missing because it is being replaced.
   */
  private @Nullable GoogleCredentials changed(boolean force) throws IOException {
    File file = file();
    if (file == null || !file.isFile()) {
      return null;
    }
    CredentialsFile now = CredentialsFile.read(file);
    byte[] hashNow = now.hash();
    if (!force && Arrays.equals(hashNow, fileHash)) {
      return null;
    }
    GoogleCredentials replacement = parsed(now);
    fileHash = hashNow;
    return replacement;
  }

  /** Returns the file of the credentials, or null if they do not come from a file. */
  private @Nullable File file() {
    return settings.file() != null
        ? settings.file()
        : settings.isDefault() ? CredentialsFile.ofApplicationDefault() : null;
  }

  private GoogleCredentials prepared(GoogleCredentials read) {
    GoogleCredentials credentials = read;
    if (settings.universeDomain() != null) {
      credentials = inUniverse(credentials, settings.universeDomain());
    }
    // with impersonation, one source token for the impersonated tokens of both scopes
    return settings.impersonation().isEmpty()
        ? credentials
        : credentials.createScoped(Scope.API.url);
  }

  /**
   * Returns the credentials in the given universe. Impersonated credentials are in the universe of
   * their source.
   */
  private static GoogleCredentials inUniverse(GoogleCredentials credentials, String universe) {
    if (credentials instanceof ImpersonatedCredentials) {
      ImpersonatedCredentials impersonated = (ImpersonatedCredentials) credentials;
      return impersonated.toBuilder()
          .setSourceCredentials(inUniverse(impersonated.getSourceCredentials(), universe))
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
      if (file.isFile()) { // a pipe, for example, can be read only once
        fileHash = content.hash();
      }
      return credentials;
    } catch (IOException | RuntimeException e) {
      ErrorCode code =
          settings.isDefault() ? ErrorCode.NO_DEFAULT_CREDENTIALS : ErrorCode.CREDENTIALS_UNUSABLE;
      throw new CredentialsException(ErrorCode.of(e, code), unusableMessage(e), e, true);
    }
  }

  /** Returns the credentials in the setting credentials-json, or null if it is not set. */
  private @Nullable GoogleCredentials parsed() throws IOException {
    String json = settings.json();
    return json == null
        ? null
        : GoogleCredentials.fromStream(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), transport);
  }

  /**
   * Parses credentials without {@link GoogleCredentials#getApplicationDefault}, which keeps the
   * first credentials for the life of the JVM.
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
   * Returns the Application Default Credentials. google-auth looks for a metadata server only once
   * in the life of a JVM and never finds one that started after the JVM, as can happen in a pod,
   * whose metadata server runs separately. This method therefore looks again.
   */
  private GoogleCredentials applicationDefault() throws IOException {
    try {
      return GoogleCredentials.getApplicationDefault(transport);
    } catch (IOException e) {
      if (!hasLookedBefore || !MetadataServer.isPresent(transport.create())) {
        hasLookedBefore = true;
        throw e;
      }
      return ComputeEngineCredentials.newBuilder().setHttpTransportFactory(transport).build();
    }
  }

  private String unusableMessage(Exception e) {
    if (settings.file() != null) {
      return "credentials-file "
          + settings.file()
          + " cannot be used: "
          + CredentialsException.describe(e)
          + " It must be a JSON credentials file of Google Cloud that this process can read.";
    }
    if (settings.json() != null) {
      return "credentials-json cannot be used: it must be the content of a JSON credentials file"
          + " of Google Cloud ("
          + e.getClass().getSimpleName()
          + ").";
    }
    File file = CredentialsFile.ofApplicationDefault();
    return "no Application Default Credentials: "
        + (file == null ? "" : file + " cannot be used: ")
        + CredentialsException.describe(e)
        + " Set GOOGLE_APPLICATION_CREDENTIALS or credentials-file, run `gcloud auth"
        + " application-default login`, or run where a metadata server is available.";
  }
}
