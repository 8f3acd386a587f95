package io.github.alloydbagent.credentials;

import com.google.api.client.http.HttpTransport;
import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.gson.stream.MalformedJsonException;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * As whom the agent speaks: one set of credentials, and one cached token for each scope. Any
 * thread; whatever reads a file or asks a server runs on the agent's own threads.
 */
public final class Identity {

  private final @Nullable File file;
  private final HttpTransport transport;
  private final Map<Scope, CachedToken> tokens = new EnumMap<>(Scope.class);
  private volatile @Nullable GoogleCredentials credentials;
  private volatile @Nullable String principal;

  /**
   * @param file a credentials file, or null for Application Default Credentials
   * @param executor where tokens are fetched
   */
  public Identity(@Nullable File file, HttpTransport transport, Executor executor) {
    this.file = file;
    this.transport = transport;
    for (Scope scope : Scope.values()) {
      tokens.put(scope, new CachedToken(() -> fetch(scope), executor));
    }
  }

  /**
   * A token of that scope: the cached one, or one that is being fetched. It fails with a {@link
   * CredentialsException}.
   */
  public CompletableFuture<String> token(Scope scope) {
    // every scope was put in by the constructor
    return Objects.requireNonNull(tokens.get(scope)).get();
  }

  /** Who this is, for people: an e-mail address where the credentials tell one. */
  public String principal() {
    String known = principal;
    return known == null ? "the principal of " + name() : known;
  }

  /** The project that is billed for API calls, where the credentials name one. */
  public @Nullable String quotaProject() {
    GoogleCredentials current = credentials;
    return current == null ? null : current.getQuotaProjectId();
  }

  /** Where the credentials come from, for people. */
  public String name() {
    return file == null ? "Application Default Credentials" : "credentials-file " + file;
  }

  /** Asks the metadata server where the credentials are its own: with every new token at most. */
  private static @Nullable String principalOf(GoogleCredentials credentials) {
    try {
      return credentials instanceof ComputeEngineCredentials
          ? ((ComputeEngineCredentials) credentials).getAccount()
          : credentials.getCredentialInfo().get("Principal");
    } catch (RuntimeException e) {
      return null; // a name in messages, no more
    }
  }

  private AccessToken fetch(Scope scope) throws CredentialsException {
    GoogleCredentials base = load();
    GoogleCredentials scoped =
        base.createScopedRequired()
            ? base.createScoped(Collections.singletonList(scope.url))
            : base;
    try {
      AccessToken token = scoped.refreshAccessToken();
      if (token == null || token.getTokenValue() == null) {
        throw new IOException("the answer holds no token");
      }
      if (principal == null) {
        principal = principalOf(base);
      }
      return token;
    } catch (IOException | RuntimeException e) {
      boolean retryable = !(e instanceof Retryable) || ((Retryable) e).isRetryable();
      throw new CredentialsException(
          "no token for "
              + scope.url
              + " could be had from "
              + name()
              + ": "
              + found(e)
              + (retryable
                  ? " Check that their token server can be reached from here."
                  : " Check that the key and its account are still there and enabled, and this"
                      + " machine's clock."),
          e,
          !retryable);
    }
  }

  /** What went wrong, as a sentence; Gson's own explains how to program with it. */
  private static String found(Throwable e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof MalformedJsonException) {
        return "what was read is no JSON.";
      }
    }
    String text = Causes.of(e);
    return text.endsWith(".") ? text : text + ".";
  }

  private GoogleCredentials load() throws CredentialsException {
    GoogleCredentials loaded = credentials;
    if (loaded == null) {
      loaded = read();
      credentials = loaded;
    }
    return loaded;
  }

  @SuppressWarnings("deprecation")
  private GoogleCredentials read() throws CredentialsException {
    if (file == null) {
      try {
        return GoogleCredentials.getApplicationDefault(() -> transport);
      } catch (IOException | RuntimeException e) {
        throw new CredentialsException(
            "no Application Default Credentials: "
                + found(e)
                + " Set GOOGLE_APPLICATION_CREDENTIALS or credentials-file, run `gcloud auth"
                + " application-default login`, or run where a metadata server answers.",
            e,
            true);
      }
    }
    try (InputStream in = new FileInputStream(file)) {
      return GoogleCredentials.fromStream(in, () -> transport);
    } catch (IOException | RuntimeException e) {
      throw new CredentialsException(
          "credentials-file "
              + file
              + " cannot be used: "
              + found(e)
              + " It must be a JSON file as Google Cloud writes it, readable by this process.",
          e,
          true);
    }
  }
}
