package io.github.alloydbagent.credentials;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import com.google.auth.http.HttpTransportFactory;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.auth.oauth2.ImpersonatedCredentials;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.http.HttpErrors;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The identity of the agent towards Google Cloud: one set of credentials, with one cached token for
 * each scope. Thread-safe. Files are read and servers are called on the agent's own threads.
 */
public final class Identity {

  /** Suffix of a service account's e-mail address that its database user lacks. */
  private static final String ACCOUNT_SUFFIX = ".gserviceaccount.com";

  private static final String DEFAULT_UNIVERSE = "googleapis.com";

  private final IdentitySettings settings;
  private final CredentialSource source;
  private final CachedToken api;
  private final CachedToken login;
  private volatile @Nullable String principal;
  private volatile @Nullable GoogleCredentials identified;

  /**
   * Creates an identity; reads nothing before a token is requested.
   *
   * @param timer runs only short tasks that do not block
   * @param executor runs the fetches of tokens
   */
  public Identity(
      IdentitySettings settings,
      HttpTransportFactory transport,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter) {
    this.settings = settings;
    this.source = new CredentialSource(settings, transport);
    this.api = new CachedToken(new Fetch(Scope.API)::token, timer, executor, clock, jitter);
    this.login = new CachedToken(new Fetch(Scope.LOGIN)::token, timer, executor, clock, jitter);
  }

  /** Creates an identity with the given tokens, for tests. */
  Identity(IdentitySettings settings, CredentialSource source, CachedToken api, CachedToken login) {
    this.settings = settings;
    this.source = source;
    this.api = api;
    this.login = login;
  }

  /**
   * Returns a token of the given scope: the cached one, or the result of the next fetch. The future
   * fails with a {@link CredentialsException}.
   */
  public CompletableFuture<String> token(Scope scope) {
    return cached(scope).get();
  }

  /**
   * Returns a token of the given scope by the deadline: transient failures of the token server are
   * retried until then. The future fails with a {@link CredentialsException}.
   */
  public CompletableFuture<String> token(Scope scope, Deadline deadline) {
    return cached(scope).get(deadline);
  }

  /** Reports that a server accepted a token. */
  public void tokenAccepted(Scope scope, String token) {
    cached(scope).accepted(token);
  }

  /**
   * Reports that a server refused a token that had not expired: it may have been revoked.
   *
   * @return whether {@link #token} now returns another token; replacements of tokens that no server
   *     has accepted are limited
   */
  public boolean tokenRefused(Scope scope, String token) {
    return cached(scope).discard(token);
  }

  /**
   * Returns the kind of the credentials, for people, after reading them; fetches no token. The
   * future fails with a {@link CredentialsException}.
   *
   * @param executor reads the credentials, and looks for a metadata server if necessary
   */
  public CompletableFuture<String> kind(Executor executor) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return source.kind();
          } catch (CredentialsException e) {
            throw new CompletionException(e);
          }
        },
        executor);
  }

  private CachedToken cached(Scope scope) {
    return scope == Scope.API ? api : login;
  }

  /** Returns where the credentials come from, for people; contains no secret. */
  public String name() {
    return settings.toString();
  }

  /** Returns the principal, for people: its e-mail address if the credentials contain one. */
  public String principal() {
    String known = principal;
    return known == null ? "the principal of " + settings : known;
  }

  /**
   * Returns the database user for an IAM login with this identity: the e-mail address in lower
   * case, for a service account without {@code .gserviceaccount.com}. Returns null while the
   * address is unknown: before the first token, or if the credentials do not contain it.
   *
   * @see <a href="https://cloud.google.com/alloydb/docs/database-users/manage-iam-auth">IAM
   *     users</a>
   */
  public @Nullable String databaseUser() {
    String known = principal;
    if (known == null || known.indexOf('@') < 0) {
      return null;
    }
    String user = known.toLowerCase(Locale.ROOT);
    return user.endsWith(ACCOUNT_SUFFIX)
        ? user.substring(0, user.length() - ACCOUNT_SUFFIX.length())
        : user;
  }

  /** Returns the project that is billed for API calls, or null if none is set. */
  public @Nullable String quotaProject() {
    GoogleCredentials loaded = source.loaded();
    return settings.quotaProject() != null || loaded == null
        ? settings.quotaProject()
        : loaded.getQuotaProjectId();
  }

  /**
   * Returns the universe domain of this identity, under which the APIs are. May call the metadata
   * server, so only the agent's own threads may call this method.
   */
  public String universeDomain() {
    GoogleCredentials loaded = source.loaded();
    String set = settings.universeDomain();
    try {
      return set != null ? set : loaded == null ? DEFAULT_UNIVERSE : loaded.getUniverseDomain();
    } catch (IOException e) {
      return DEFAULT_UNIVERSE; // an old metadata server, which supports only this one
    }
  }

  private static ErrorCode code(Exception e, boolean terminal) {
    if (ExceptionMessages.of(e).contains("iam.serviceAccounts.getAccessToken")) {
      return ErrorCode.IMPERSONATION_DENIED;
    }
    return HttpErrors.code(
        e, terminal ? ErrorCode.CREDENTIALS_REFUSED : ErrorCode.TOKEN_SERVER_FAILED);
  }

  private static String advice(Exception e, boolean terminal) {
    String limit = ExceptionMessages.fileLimitHint(e);
    if (!limit.isEmpty()) {
      return limit;
    }
    return terminal
        ? "Check that the key and its account still exist and are enabled, and check this"
            + " machine's clock."
        : "Check that this machine can reach the token server.";
  }

  /** Records the principal of credentials that have provided a token. */
  @SuppressWarnings(
      "ReferenceEquality") // new credentials differ from old ones, even if they are equal
  private void identified(GoogleCredentials by) {
    if (by != identified) {
      principal = principalOf(by);
      identified = by;
    }
  }

  /** Returns whether a server rejected the credentials, as opposed to a failure of the server. */
  private static boolean isRefusal(Exception e) {
    if (e instanceof Retryable && !((Retryable) e).isRetryable()) {
      return true;
    }
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof HttpResponseException) {
        int status = ((HttpResponseException) at).getStatusCode();
        return status == 400 || status == 401 || status == 403;
      }
    }
    return false;
  }

  private @Nullable String principalOf(GoogleCredentials loaded) {
    if (!settings.impersonation().isEmpty()) {
      return settings.impersonation().get(0);
    }
    try {
      String found =
          loaded instanceof ComputeEngineCredentials
              ? ((ComputeEngineCredentials) loaded).getAccount()
              : loaded instanceof ImpersonatedCredentials
                  ? ((ImpersonatedCredentials) loaded).getAccount()
                  : loaded instanceof ExternalAccountCredentials
                      ? ((ExternalAccountCredentials) loaded).getServiceAccountEmail()
                      : loaded.getCredentialInfo().get("Principal");
      // gcloud writes an empty e-mail address into the credentials of people
      return found == null || found.isEmpty() ? null : found;
    } catch (RuntimeException e) {
      return null; // the metadata server did not respond
    }
  }

  /** Fetches tokens of one scope, from the current credentials. */
  @SuppressWarnings("ReferenceEquality") // see identified()
  private final class Fetch {
    private final Scope scope;
    private @Nullable Scoped latest; // guarded by this

    Fetch(Scope scope) {
      this.scope = scope;
    }

    /**
     * Fetches a token; several threads call this concurrently if a token server is slow. Retries
     * once if the credentials have provided a token before and are refused now: their file may have
     * been replaced, or the token of their source, which impersonated credentials keep, may have
     * been revoked.
     */
    AccessToken token() throws CredentialsException {
      String fixed = Identity.this.source.fixedToken(scope);
      if (fixed != null) {
        return new AccessToken(fixed, null);
      }
      Scoped used = current();
      boolean hadProvidedToken = used.hasProvidedToken;
      try {
        return fetchFrom(used);
      } catch (IOException | RuntimeException e) {
        if (!isRefusal(e)) {
          throw failure(e);
        }
        Identity.this.source.recreateOnNextCall();
        Scoped other = hadProvidedToken ? current() : used;
        if (other == used) {
          throw failure(e);
        }
        used = other;
      }
      try {
        return fetchFrom(used);
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
    }

    /** Returns the credentials for the next fetch. */
    private synchronized Scoped current() throws CredentialsException {
      GoogleCredentials current = Identity.this.source.current();
      Scoped known = latest;
      if (known == null || known.source != current) {
        known = new Scoped(current, Identity.this.source.scoped(current, scope));
        latest = known;
      }
      return known;
    }

    private AccessToken fetchFrom(Scoped from) throws IOException {
      AccessToken token = from.credentials.refreshAccessToken();
      if (token == null || token.getTokenValue() == null) {
        throw new IOException("the response contains no token");
      }
      from.hasProvidedToken = true;
      identified(from.source);
      return unpadded(token);
    }

    /**
     * Removes trailing dots, with which some metadata servers pad tokens and which the login does
     * not accept.
     */
    private AccessToken unpadded(AccessToken token) {
      String value = token.getTokenValue();
      int end = value.length();
      while (end > 0 && value.charAt(end - 1) == '.') {
        end--;
      }
      return end == value.length()
          ? token
          : new AccessToken(value.substring(0, end), token.getExpirationTime());
    }

    private CredentialsException failure(Exception e) {
      boolean terminal = e instanceof Retryable && !((Retryable) e).isRetryable();
      String unreadable = Identity.this.source.changedFileProblem();
      return new CredentialsException(
          unreadable.isEmpty() ? code(e, terminal) : ErrorCode.CHANGED_CREDENTIALS_UNUSABLE,
          "no token for "
              + scope.url
              + " could be had from "
              + settings
              + ": "
              + CredentialsException.describe(e)
              + " "
              + advice(e, terminal)
              + unreadable,
          e,
          terminal);
    }
  }

  /** Credentials before and after scope and impersonation. */
  private static final class Scoped {
    final GoogleCredentials source;
    final GoogleCredentials credentials;

    /** Whether they have provided a token. */
    volatile boolean hasProvidedToken;

    Scoped(GoogleCredentials source, GoogleCredentials credentials) {
      this.source = source;
      this.credentials = credentials;
    }
  }
}
