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
 * As whom the agent speaks: one set of credentials, and one cached token for each scope. Any
 * thread; whatever reads a file or asks a server runs on the agent's own threads.
 */
public final class Identity {

  /** What a service account's database user lacks of its e-mail address. */
  private static final String ACCOUNT_SUFFIX = ".gserviceaccount.com";

  private static final String DEFAULT_UNIVERSE = "googleapis.com";

  private final IdentitySettings settings;
  private final CredentialSource source;
  private final CachedToken api;
  private final CachedToken login;
  private volatile @Nullable String principal;
  private volatile @Nullable GoogleCredentials identified;

  /**
   * @param timer its tasks take no time
   * @param executor where tokens are fetched
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

  /** One whose tokens come from elsewhere, as in tests. */
  Identity(IdentitySettings settings, CredentialSource source, CachedToken api, CachedToken login) {
    this.settings = settings;
    this.source = source;
    this.api = api;
    this.login = login;
  }

  /**
   * A token of that scope: the cached one, or one that is being fetched. It fails with a {@link
   * CredentialsException}.
   */
  public CompletableFuture<String> token(Scope scope) {
    return cached(scope).get();
  }

  /**
   * A token of that scope by the deadline: transient failures of its server are retried until then.
   * It fails with a {@link CredentialsException}.
   */
  public CompletableFuture<String> token(Scope scope, Deadline deadline) {
    return cached(scope).get(deadline);
  }

  /**
   * Says that a server refused this token, though it should have been good: it may have been
   * revoked.
   *
   * @return whether {@link #token} gives another one now; that is not every time
   */
  public boolean refused(Scope scope, String token) {
    return cached(scope).discard(token);
  }

  /**
   * What kind of credentials these are, for people, once they have been read; no token is asked
   * for. It fails with a {@link CredentialsException}.
   *
   * @param executor where they are read, and perhaps a metadata server is looked for
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

  /** Where the credentials come from, for people; no secret. */
  public String name() {
    return settings.toString();
  }

  /** Who this is, for people: an e-mail address where the credentials tell one. */
  public String principal() {
    String known = principal;
    return known == null ? "the principal of " + settings : known;
  }

  /**
   * The database user of an IAM login as this identity: the e-mail address, a service account's
   * without {@code .gserviceaccount.com}, in lower case. Null as long as the address is not known:
   * until the first token is there, and where the credentials do not tell one.
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

  /** The project that is billed for API calls, where one is named. */
  public @Nullable String quotaProject() {
    GoogleCredentials loaded = source.loaded();
    return settings.quotaProject() != null || loaded == null
        ? settings.quotaProject()
        : loaded.getQuotaProjectId();
  }

  /**
   * The domain of the cloud that this identity is of, where the APIs are. May ask the metadata
   * server, so for the agent's own threads.
   */
  public String universeDomain() {
    GoogleCredentials loaded = source.loaded();
    String set = settings.universeDomain();
    try {
      return set != null ? set : loaded == null ? DEFAULT_UNIVERSE : loaded.getUniverseDomain();
    } catch (IOException e) {
      return DEFAULT_UNIVERSE; // an old metadata server, which knows no other
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
        ? "Check that the key and its account are still there and enabled, and this machine's clock."
        : "Check that their token server can be reached from here.";
  }

  /** Takes note of whom these credentials are, once they have given a token. */
  @SuppressWarnings(
      "ReferenceEquality") // new credentials differ from old ones, even if they are equal
  private void identified(GoogleCredentials by) {
    if (by != identified) {
      principal = findPrincipal(by);
      identified = by;
    }
  }

  /** Whether a server has said that the credentials are no good, and not that it is in trouble. */
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

  private @Nullable String findPrincipal(GoogleCredentials loaded) {
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
      // gcloud writes an empty one into the credentials of people
      return found == null || found.isEmpty() ? null : found;
    } catch (RuntimeException e) {
      return null; // the metadata server does not say
    }
  }

  /** Fetches tokens of one scope, from the same credentials as long as those are current. */
  @SuppressWarnings("ReferenceEquality") // likewise
  private final class Fetch {
    private final Scope scope;
    private @Nullable Scoped latest; // guarded by this

    Fetch(Scope scope) {
      this.scope = scope;
    }

    /**
     * Called by several threads at a time where a token server is slow. Retries once if the
     * credentials gave a token before and are refused now: their file may have been replaced
     * meanwhile, or a token of another account that they keep may have been revoked.
     */
    AccessToken token() throws CredentialsException {
      String fixed = Identity.this.source.fixedToken(scope);
      if (fixed != null) {
        return new AccessToken(fixed, null);
      }
      Scoped used = current();
      boolean provedBefore = used.proved;
      try {
        return fetched(used);
      } catch (IOException | RuntimeException e) {
        if (!isRefusal(e)) {
          throw failure(e);
        }
        Identity.this.source.refused();
        Scoped other = provedBefore ? current() : used;
        if (other == used) {
          throw failure(e);
        }
        used = other;
      }
      try {
        return fetched(used);
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
    }

    /** The credentials from which tokens are fetched from now on. */
    private synchronized Scoped current() throws CredentialsException {
      GoogleCredentials current = Identity.this.source.current();
      Scoped known = latest;
      if (known == null || known.source != current) {
        known = new Scoped(current, Identity.this.source.scoped(current, scope));
        latest = known;
      }
      return known;
    }

    private AccessToken fetched(Scoped from) throws IOException {
      AccessToken token = from.credentials.refreshAccessToken();
      if (token == null || token.getTokenValue() == null) {
        throw new IOException("the answer holds no token");
      }
      from.proved = true;
      identified(from.source);
      return unpadded(token);
    }

    /** Some metadata servers pad tokens with dots, which the login does not take. */
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
      String unreadable = Identity.this.source.unreadable();
      return new CredentialsException(
          unreadable.isEmpty() ? code(e, terminal) : ErrorCode.CHANGED_CREDENTIALS_UNUSABLE,
          "no token for "
              + scope.url
              + " could be had from "
              + settings
              + ": "
              + CredentialsException.found(e)
              + " "
              + advice(e, terminal)
              + unreadable,
          e,
          terminal);
    }
  }

  /** Credentials, before and after scope and impersonation. */
  private static final class Scoped {
    final GoogleCredentials source;
    final GoogleCredentials credentials;

    /** Whether they have given a token. */
    volatile boolean proved;

    Scoped(GoogleCredentials source, GoogleCredentials credentials) {
      this.source = source;
      this.credentials = credentials;
    }
  }
}
