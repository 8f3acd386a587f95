package io.github.alloydbagent.credentials;

import com.google.auth.oauth2.AccessToken;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One token: fetched once for all who ask at the same time, kept until shortly before its end, and
 * fetched ahead of that off the caller's thread.
 */
final class CachedToken {

  /** Milliseconds before its end from which a token is not handed out: google-auth's own margin. */
  static final long STALE = 225_000;

  /**
   * Milliseconds before its end from which a new one is fetched ahead: google-auth's own margin.
   */
  static final long REFRESH = 360_000;

  private final Callable<AccessToken> fetch;
  private final Executor executor;
  private final AtomicReference<@Nullable CompletableFuture<AccessToken>> inFlight =
      new AtomicReference<>();
  private volatile @Nullable AccessToken current;

  CachedToken(Callable<AccessToken> fetch, Executor executor) {
    this.fetch = fetch;
    this.executor = executor;
  }

  CompletableFuture<String> get() {
    AccessToken token = current;
    if (token != null) {
      long left = left(token);
      if (left > STALE) {
        if (left < REFRESH) {
          CompletableFuture<AccessToken> unused = fetched(); // for the next caller
        }
        return CompletableFuture.completedFuture(token.getTokenValue());
      }
    }
    return fetched().thenApply(AccessToken::getTokenValue);
  }

  @SuppressWarnings("JavaUtilDate") // google-auth's type
  private static long left(AccessToken token) {
    return token.getExpirationTime() == null
        ? Long.MAX_VALUE
        : token.getExpirationTime().getTime() - System.currentTimeMillis();
  }

  private CompletableFuture<AccessToken> fetched() {
    CompletableFuture<AccessToken> mine = new CompletableFuture<>();
    CompletableFuture<AccessToken> others = inFlight.get();
    if (others != null) {
      return others;
    }
    if (!inFlight.compareAndSet(null, mine)) {
      return fetched();
    }
    executor.execute(
        () -> {
          try {
            AccessToken token = fetch.call();
            current = token;
            inFlight.set(null);
            mine.complete(token);
          } catch (Throwable e) {
            inFlight.set(null);
            mine.completeExceptionally(e instanceof CompletionException ? e.getCause() : e);
          }
        });
    return mine;
  }
}
