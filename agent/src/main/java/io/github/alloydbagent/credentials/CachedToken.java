package io.github.alloydbagent.credentials;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.retry.LateException;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One token: fetched once for all who ask at the same time, and replaced ahead of its expiry, off
 * the caller's thread. While it is good no caller waits, whatever its server does; in its last
 * minute callers wait for a new one, and get the old one if none comes within half of their time.
 */
final class CachedToken {

  /** Milliseconds before its expiry from which callers wait for a new token. */
  static final long STALE = 60_000;

  /** Milliseconds before its expiry from which a new one is fetched ahead, as google-auth does. */
  static final long REFRESH = 360_000;

  /** Milliseconds that a caller without a deadline waits while the old token is still valid. */
  private static final long MAX_WAIT = 5_000;

  /** Milliseconds in which at most one token that a server refused is replaced. */
  static final long REFUSED_PAUSE = 30_000;

  /** Fetches ahead of the expiry: one, then one in ten seconds. */
  private static final int BURST = 1;

  private static final long INTERVAL = 10_000;

  private final Refresher<Held> refresher;
  private final Clock clock;
  private final RefusalLimit refusals = new RefusalLimit();

  /**
   * @param fetch asks the token server; blocks
   * @param timer its tasks take no time
   * @param executor where tokens are fetched
   */
  CachedToken(
      Callable<AccessToken> fetch,
      ScheduledExecutorService timer,
      Executor executor,
      Clock clock,
      Jitter jitter) {
    this.clock = clock;
    this.refresher =
        new Refresher<>(
            new Source(fetch, executor, clock),
            new Refresher.Observer<Held>() {},
            timer,
            clock,
            jitter,
            new RateLimit(BURST, INTERVAL));
  }

  /** The token, or the outcome of the next request for one. */
  CompletableFuture<String> get() {
    return get(null);
  }

  /**
   * The token, or a new one by the deadline: transient failures are retried until then.
   *
   * @param deadline null for the outcome of the next request
   */
  CompletableFuture<String> get(@Nullable Deadline deadline) {
    Held held = refresher.current();
    if (held != null && held.isFresh()) {
      if (held.isDue()) {
        refresher.want(false); // for those who come later
      }
      return CompletableFuture.completedFuture(held.value);
    }
    CompletableFuture<Held> next;
    if (held != null && held.leftMillis() > 0) {
      // the old token still serves: its server must not take the time that connecting needs
      next =
          refresher.validOnce(
              deadline == null ? Deadline.inMillis(MAX_WAIT, clock) : deadline.part(2));
    } else {
      next = deadline == null ? refresher.validOnce(null) : refresher.valid(deadline);
    }
    return next.handle((token, failure) -> value(token, failure));
  }

  /**
   * Throws away a token that a server refused, perhaps because it was revoked; not every time,
   * since a server may have other reasons.
   *
   * @return whether {@link #get} gives another one
   */
  boolean discard(String refused) {
    Held held = refresher.current();
    if (held == null || !held.value.equals(refused)) {
      return true;
    }
    if (!refusals.admits(clock.nanoTime())) {
      return false;
    }
    refresher.discard(held);
    return true;
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

  /** The failure itself; of a caller that is too late, what the last request failed of. */
  private static Throwable cause(@Nullable Throwable failure) {
    Throwable cause =
        failure == null ? new IOException("no token") : ExceptionMessages.unwrapped(failure);
    Throwable earlier = cause.getCause();
    return cause instanceof LateException && earlier != null ? earlier : cause;
  }

  /** Counts refused tokens that were replaced. */
  private static final class RefusalLimit {
    private boolean used;
    private long lastNanos;

    synchronized boolean admits(long nanos) {
      if (used && nanos - lastNanos < TimeUnit.MILLISECONDS.toNanos(REFUSED_PAUSE)) {
        return false;
      }
      used = true;
      lastNanos = nanos;
      return true;
    }
  }

  /** Where tokens come from, and how long they are good. */
  private static final class Source implements Refresher.Source<Held> {
    private final Callable<AccessToken> fetch;
    private final Executor executor;
    private final Clock clock;

    Source(Callable<AccessToken> fetch, Executor executor, Clock clock) {
      this.fetch = fetch;
      this.executor = executor;
      this.clock = clock;
    }

    @Override
    public CompletableFuture<Held> fetch(boolean force) {
      CompletableFuture<Held> result = new CompletableFuture<>();
      executor.execute(
          () -> {
            try {
              result.complete(new Held(fetch.call(), clock));
            } catch (Throwable e) {
              result.completeExceptionally(e);
            }
          });
      return result;
    }

    @Override
    public boolean isValid(Held token) {
      return token.isFresh();
    }

    @Override
    public Throwable invalid(Held token) {
      return new CredentialsException(
          ErrorCode.TOKEN_EXPIRED,
          "the token server has just issued a token that has expired already: check this machine's"
              + " clock.",
          null,
          false);
    }

    @Override
    public long refreshDelayMillis(Held token) {
      return 0; // nothing is fetched ahead unless a caller comes
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

    @Override
    public long retryAfterMillis(Throwable failure) {
      return 0;
    }
  }

  /** A token and its life. */
  private static final class Held {
    private static final long FOREVER = Long.MAX_VALUE;

    final String value;
    private final Clock clock;
    private final long endMillis;
    private final long lifeMillis;
    private final long startNanos;

    @SuppressWarnings("JavaUtilDate") // google-auth's type
    Held(AccessToken token, Clock clock) {
      this.value = token.getTokenValue();
      this.clock = clock;
      Date end = token.getExpirationTime();
      this.endMillis = end == null ? FOREVER : end.getTime();
      this.lifeMillis = end == null ? FOREVER : endMillis - clock.wallMillis();
      this.startNanos = clock.nanoTime();
    }

    /** How long it remains valid, in milliseconds, by the clock that says less. */
    long leftMillis() {
      if (endMillis == FOREVER) {
        return FOREVER;
      }
      long age = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
      return Math.min(endMillis - clock.wallMillis(), lifeMillis - age);
    }

    boolean isFresh() {
      return leftMillis() > margin(STALE, 5);
    }

    boolean isDue() {
      return leftMillis() < margin(REFRESH, 2);
    }

    /** So many milliseconds; of a short life that share, or a token of minutes were never good. */
    private long margin(long most, int share) {
      return Math.min(most, lifeMillis / share);
    }
  }
}
