package io.github.alloydbagent.credentials;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.retry.LateException;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.time.Age;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.util.Date;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Caches one token. Concurrent callers share one fetch, and the token is replaced before it
 * expires, not on the caller's thread. No caller waits until the last minute of the token, even if
 * the token server fails. In the last minute callers wait for a new token, and get the old one if
 * the fetch takes longer than half of their time.
 */
final class CachedToken {

  /** Milliseconds before the expiry from which callers wait for a new token. */
  static final long MIN_VALIDITY_MILLIS = 60_000;

  /**
   * Milliseconds before the expiry from which a call fetches a new token in the background, as in
   * google-auth.
   */
  static final long REFRESH_AHEAD_MILLIS = 360_000;

  /** How long a caller without a deadline waits while the old token is still valid. */
  private static final long MAX_WAIT_MILLIS = 5_000;

  /**
   * Replacements of tokens that were refused and never worked: two, then one every 30 seconds. Two,
   * because all tokens of a principal may be revoked twice before one of them is used.
   */
  static final int REFUSED_BURST = 2;

  static final long REFUSED_INTERVAL_MILLIS = 30_000;

  /**
   * Replacements of tokens that worked before they were refused, which were probably revoked: five,
   * then one every ten seconds. One server may accept what another one always refuses.
   */
  private static final int REVOKED_BURST = 5;

  private static final long REVOKED_INTERVAL_MILLIS = 10_000;

  /** Fetches before the expiry: one, then one every ten seconds. */
  private static final int RATE_LIMIT_BURST = 1;

  private static final long RATE_LIMIT_INTERVAL_MILLIS = 10_000;

  private final Refresher<Held> refresher;
  private final Clock clock;
  private final long originNanos;

  // both guarded by refusals
  private final RateLimit refusals = new RateLimit(REFUSED_BURST, REFUSED_INTERVAL_MILLIS);
  private final RateLimit revocations = new RateLimit(REVOKED_BURST, REVOKED_INTERVAL_MILLIS);

  /**
   * Creates a cache without a token.
   *
   * @param fetch calls the token server; blocks
   * @param timer runs only short tasks that do not block
   * @param executor runs the fetches
   */
  CachedToken(
      Callable<AccessToken> fetch,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter) {
    this.clock = clock;
    this.originNanos = clock.nanoTime();
    this.refresher =
        new Refresher<>(
            new Source(fetch, executor, clock),
            new Refresher.Observer<Held>() {},
            timer,
            clock,
            jitter,
            new RateLimit(RATE_LIMIT_BURST, RATE_LIMIT_INTERVAL_MILLIS));
  }

  /** Returns the token, or the result of the next fetch. */
  CompletableFuture<String> get() {
    return get(null);
  }

  /**
   * Returns the token, or a new one by the deadline: transient failures are retried until then.
   *
   * @param deadline null for the result of the next fetch
   */
  CompletableFuture<String> get(@Nullable Deadline deadline) {
    Held held = refresher.current();
    if (held != null && held.isFresh()) {
      if (held.isDue()) {
        refresher.requestFetch(false); // for later callers
      }
      return CompletableFuture.completedFuture(held.value);
    }
    CompletableFuture<Held> next;
    if (held != null && held.leftMillis() > 0) {
      // the old token is still valid: a slow token server must leave time to connect
      next =
          refresher.validOnce(
              deadline == null ? Deadline.inMillis(MAX_WAIT_MILLIS, clock) : deadline.part(2));
    } else {
      next = deadline == null ? refresher.validOnce(null) : refresher.valid(deadline);
    }
    return next.handle((token, failure) -> value(token, failure));
  }

  /** Reports that a server accepted a token, so that a refusal means that it was revoked. */
  void accepted(String token) {
    Held held = refresher.current();
    if (held != null && !held.hasWorked && held.value.equals(token)) {
      held.hasWorked = true;
    }
  }

  /**
   * Drops a token that a server refused, perhaps because it was revoked. The server may have other
   * reasons, so this is limited, and more so for tokens that never worked.
   *
   * @return whether {@link #get} returns another token
   */
  boolean discard(String refused) {
    synchronized (refusals) { // many connections may report the same token
      Held held = refresher.current();
      if (held == null || !held.value.equals(refused)) {
        return true;
      }
      RateLimit limit = held.hasWorked ? revocations : refusals;
      if (!limit.tryTake(clock.nanoTime() - originNanos)) {
        return false;
      }
      refresher.discard(held);
      return true;
    }
  }

  private String value(@Nullable Held token, @Nullable Throwable failure) {
    if (token != null) {
      return token.value;
    }
    Held held = refresher.current();
    if (held != null && held.leftMillis() > 0) {
      return held.value;
    }
    throw new CompletionException(cause(failure));
  }

  /** Returns the failure itself, or the last failure of a fetch if the caller was too late. */
  private static Throwable cause(@Nullable Throwable failure) {
    Throwable cause =
        failure == null ? new IOException("no token") : ExceptionMessages.unwrapped(failure);
    Throwable earlier = cause.getCause();
    return cause instanceof LateException && earlier != null ? earlier : cause;
  }

  /** Fetches tokens, and defines how long they are valid. */
  private static final class Source implements Refresher.Source<Held> {
    private final Callable<AccessToken> fetch;
    private final RepeatedCalls<Held> calls;
    private final Clock clock;

    Source(Callable<AccessToken> fetch, Executor executor, Clock clock) {
      this.fetch = fetch;
      this.calls = new RepeatedCalls<>(executor, clock);
      this.clock = clock;
    }

    @Override
    public CompletableFuture<Held> fetch(boolean force) {
      return calls.run(() -> new Held(fetch.call(), clock));
    }

    @Override
    public boolean isValid(Held token) {
      return token.isFresh();
    }

    @Override
    public Throwable invalidityReason(Held token) {
      return new CredentialsException(
          ErrorCode.TOKEN_EXPIRED,
          "the token server issued a token that has already expired: check this machine's"
              + " clock.",
          null,
          false);
    }

    @Override
    public long refreshDelayMillis(Held token) {
      return 0; // get() requests fetches before the expiry
    }

    @Override
    public boolean isDue(Held token) {
      return token.isDue();
    }

    @Override
    public boolean isRefusal(Throwable failure) {
      return failure instanceof CredentialsException
          && ((CredentialsException) failure).isTerminal();
    }
  }

  /** A token with its validity. */
  private static final class Held {
    private static final long FOREVER = Long.MAX_VALUE;

    final String value;
    private final long lifeMillis;
    private final Age age;

    /** Whether a server has accepted this token. */
    volatile boolean hasWorked;

    @SuppressWarnings("JavaUtilDate") // google-auth's type
    Held(AccessToken token, Clock clock) {
      this.value = token.getTokenValue();
      Date end = token.getExpirationTime();
      this.lifeMillis = end == null ? FOREVER : end.getTime() - clock.wallMillis();
      this.age = new Age(clock);
    }

    /** Returns how long the token remains valid, in milliseconds. */
    long leftMillis() {
      return lifeMillis == FOREVER ? FOREVER : lifeMillis - age.millis();
    }

    boolean isFresh() {
      return leftMillis() > margin(MIN_VALIDITY_MILLIS, 5);
    }

    boolean isDue() {
      return leftMillis() < margin(REFRESH_AHEAD_MILLIS, 2);
    }

    /**
     * Returns the given milliseconds, limited to a fraction of the token's life: a token that is
     * valid for minutes would otherwise never be fresh.
     */
    private long margin(long maxMillis, int divisor) {
      return Math.min(maxMillis, lifeMillis / divisor);
    }
  }
}
