package io.github.alloydbagent.credentials;

import com.google.auth.oauth2.AccessToken;
import java.util.Date;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One token: fetched once for all who ask at the same time, and fetched ahead of its end off the
 * caller's thread. As long as it is good nobody waits, whatever its server does; in its last minute
 * a new one is waited for, and where there is none, the old one is better than nothing.
 */
final class CachedToken {

  /** Milliseconds before its end from which a new token is waited for. */
  static final long STALE = 60_000;

  /**
   * Milliseconds before its end from which a new one is fetched ahead: google-auth's own margin.
   */
  static final long REFRESH = 360_000;

  /**
   * Milliseconds from one fetch ahead to the next: a server in trouble is not asked by everyone.
   */
  static final long PAUSE = 10_000;

  /** Milliseconds in which one token that was refused is replaced, not every one. */
  static final long REFUSED_PAUSE = 30_000;

  private final Callable<AccessToken> fetch;
  private final Executor executor;
  private final LongSupplier clock;
  private final AtomicReference<@Nullable CompletableFuture<AccessToken>> inFlight =
      new AtomicReference<>();
  private volatile @Nullable Held current;
  private volatile long aheadMillis = Long.MIN_VALUE;
  private @Nullable Long refusedMillis;

  /**
   * @param clock the wall clock, in milliseconds
   */
  CachedToken(Callable<AccessToken> fetch, Executor executor, LongSupplier clock) {
    this.fetch = fetch;
    this.executor = executor;
    this.clock = clock;
  }

  CompletableFuture<String> get() {
    Held held = current;
    long now = clock.getAsLong();
    if (held == null || held.left(now) <= held.margin(STALE, 5)) {
      return fetched().handle((token, failure) -> value(token, failure));
    }
    if (held.left(now) < held.margin(REFRESH, 2) && now >= aheadMillis) {
      aheadMillis = now + held.margin(PAUSE, 12);
      CompletableFuture<AccessToken> unused = fetched(); // for those who come after it
    }
    return CompletableFuture.completedFuture(held.value);
  }

  /**
   * Throws away a token that a server refused, perhaps since it was revoked; now and then, since a
   * server may have other reasons.
   *
   * @return whether {@link #get} gives another one
   */
  synchronized boolean discard(String refused) {
    Held held = current;
    if (held == null || !held.value.equals(refused)) {
      return true;
    }
    long now = clock.getAsLong();
    if (refusedMillis != null && now - refusedMillis < REFUSED_PAUSE) {
      return false;
    }
    refusedMillis = now;
    current = null;
    return true;
  }

  private String value(@Nullable AccessToken token, @Nullable Throwable failure) {
    Held held = current;
    if (token != null) {
      return token.getTokenValue();
    }
    if (held != null && held.left(clock.getAsLong()) > 0) {
      return held.value;
    }
    throw failure instanceof CompletionException
        ? (CompletionException) failure
        : new CompletionException(failure);
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
            current = new Held(token, clock.getAsLong());
            inFlight.set(null);
            mine.complete(token);
          } catch (Throwable e) {
            inFlight.set(null);
            mine.completeExceptionally(e instanceof CompletionException ? e.getCause() : e);
          }
        });
    return mine;
  }

  /** A token and its life. */
  private static final class Held {
    final String value;
    private final long endMillis;
    private final long lifeMillis;

    @SuppressWarnings("JavaUtilDate") // google-auth's type
    Held(AccessToken token, long nowMillis) {
      value = token.getTokenValue();
      Date end = token.getExpirationTime();
      endMillis = end == null ? Long.MAX_VALUE : end.getTime();
      lifeMillis = end == null ? Long.MAX_VALUE : endMillis - nowMillis;
    }

    long left(long nowMillis) {
      return endMillis == Long.MAX_VALUE ? Long.MAX_VALUE : endMillis - nowMillis;
    }

    /** So many milliseconds; of a short life that share, or tokens of minutes were never good. */
    long margin(long most, int share) {
      return Math.min(most, lifeMillis / share);
    }
  }
}
