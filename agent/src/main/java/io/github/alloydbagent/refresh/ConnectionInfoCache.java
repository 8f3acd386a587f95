package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.Trouble;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Refreshing;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.time.Jitter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connection info of one instance that is valid whenever it is asked for: fetched at the start, and
 * again before its certificate ends.
 *
 * <p>One fetch at a time, which all who wait share. A fetch that fails for a passing reason is
 * tried again in the background; one that was refused is not, until somebody asks. No lock is held
 * over I/O.
 */
public final class ConnectionInfoCache implements Refreshing {

  /** Milliseconds between a fetch that failed and the next one: doubled each time, from and to. */
  private static final long FIRST_BACKOFF = 500;

  private static final long LAST_BACKOFF = 30_000;

  /** Milliseconds that a lazy caller waits for newer info than what is still valid. */
  private static final long PATIENCE = 5_000;

  /** Failures in a row, of a kind that may pass: the third is half a minute after the first. */
  private static final int WORTH_TELLING = 3;

  private final String name;
  private volatile boolean lazy;
  private final Fetch fetch;
  private final ScheduledExecutorService timer;
  private final LongSupplier clock;
  private final Jitter jitter;
  private final Log log;
  private final InstanceStatus status;

  private final Trouble trouble;
  private final Object lock = new Object();
  private final RateLimit limit = new RateLimit();
  private volatile @Nullable ConnectionInfo current;
  private @Nullable Attempt attempt;
  private @Nullable IOException lastFailure;
  private long lastFailureMillis;
  private int failures;

  /**
   * @param status what is recorded of it; its instance names it in the log
   * @param lazy nothing is fetched unless somebody asks
   * @param fetch asks the API, never blocking; its argument says whether a certificate must be a
   *     new one
   * @param clock the wall clock, in milliseconds
   */
  public ConnectionInfoCache(
      InstanceStatus status,
      boolean lazy,
      Fetch fetch,
      ScheduledExecutorService timer,
      LongSupplier clock,
      Jitter jitter,
      Log log) {
    this.name = status.instance();
    this.status = status;
    this.lazy = lazy;
    this.fetch = fetch;
    this.timer = timer;
    this.clock = clock;
    this.jitter = jitter;
    this.log = log.about(null, status.instance());
    this.trouble = new Trouble(clock);
    status.refreshedBy(this);
  }

  /** Fetches in the background what is not there yet. */
  public void start() {
    if (!lazy) {
      Attempt unused = attempt(false);
    }
  }

  public InstanceStatus status() {
    return status;
  }

  /** Whether fetching fails, and a person has been told of it. */
  public boolean isInTroubleThatWasTold() {
    return trouble.isTold();
  }

  @Override
  public boolean isLazy() {
    return lazy;
  }

  @Override
  public void refresh(long timeoutMillis) throws IOException {
    try {
      Attempt next = attempt(true);
      hurry(next);
      ConnectionInfo unused = next.result.get(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw asIoException(Causes.unwrapped(e));
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("no connection info within " + timeoutMillis + " ms");
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Fetches nothing in the background any more; who still asks is served as with a lazy one. */
  public void stop() {
    lazy = true;
  }

  /** What is there and valid now, by the wall clock, or null; asks for nothing. */
  public @Nullable ConnectionInfo known() {
    ConnectionInfo known = current;
    return known == null || !known.isValidAt(clock.getAsLong()) ? null : known;
  }

  /**
   * Connection info that is valid now, by the wall clock; waits for it if need be.
   *
   * @throws CredentialsException if there is no token to ask with
   * @throws ApiException if the Admin API refuses
   * @throws EarlierFailure with one of these as its cause, if it is not asked again by the deadline
   * @throws SocketTimeoutException if the first answer is not there by the deadline
   * @throws InterruptedIOException if the thread is a virtual one and is interrupted; its flag
   *     stays set
   */
  public ConnectionInfo get(Deadline deadline) throws IOException {
    ConnectionInfo known = current;
    long now = clock.getAsLong();
    if (known == null || !known.isValidAt(now)) {
      return fetched(deadline);
    }
    return known.isDueAt(now) ? due(known, deadline) : known;
  }

  /**
   * Newer info in place of what is due, though valid still. In the background, where that should
   * long have been fetched (the timer stood still, or the API refused), it is for the next caller.
   * Lazily it is waited for, but no troubled API may take the time that connecting itself needs.
   */
  private ConnectionInfo due(ConnectionInfo known, Deadline deadline)
      throws InterruptedIOException {
    Attempt next = attempt(false);
    if (!lazy || next.startMillis > clock.getAsLong()) {
      return known;
    }
    hurry(next);
    try {
      return Interrupts.get(next.result, Math.min(PATIENCE, deadline.remainingMillis() / 2));
    } catch (ExecutionException | TimeoutException e) {
      return known; // the last minutes of it
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private ConnectionInfo fetched(Deadline deadline) throws IOException {
    while (true) {
      Attempt next = attempt(false);
      IOException before = next.after;
      if (before != null && next.startMillis - clock.getAsLong() > deadline.remainingMillis()) {
        throw earlier(before, next); // the next turn comes too late for this caller
      }
      hurry(next);
      try {
        return Interrupts.get(next.result, deadline.remainingMillis());
      } catch (ExecutionException e) {
        IOException failure = asIoException(Causes.unwrapped(e));
        if (isTerminal(failure)) {
          throw failure;
        }
      } catch (TimeoutException e) {
        throw before != null
            ? earlier(before, next)
            : new SocketTimeoutException(
                "no connection info within " + deadline.totalMillis() + " ms");
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  /** Somebody waits for it: it goes before what is fetched ahead for other instances. */
  private void hurry(Attempt next) {
    if (!next.result.isDone()) {
      fetch.hurry();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for connection info");
  }

  /**
   * Newer info than this one, with which a connection failed in a way that stale info could
   * explain: waits for it if it can be had at once, else leaves its fetching to the background.
   *
   * @param certificate whether the certificate could be stale, and not the addresses alone
   * @return null if there is none now
   */
  public @Nullable ConnectionInfo renewed(
      ConnectionInfo failed, boolean certificate, Deadline deadline) {
    ConnectionInfo known = current;
    if (known != failed) {
      return known; // another connection was quicker
    }
    Attempt next = attempt(certificate);
    if (next.startMillis > clock.getAsLong()) {
      return null;
    }
    hurry(next);
    try {
      return Interrupts.get(next.result, deadline.remainingMillis());
    } catch (ExecutionException | TimeoutException e) {
      return null; // what the connection failed of says more
    } catch (InterruptedException e) {
      return null;
    }
  }

  private IOException earlier(IOException failure, Attempt next) {
    long now = clock.getAsLong();
    return new EarlierFailure(failure, now - next.afterMillis, next.startMillis - now);
  }

  /** The attempt that is under way, or a new one in its turn. */
  private Attempt attempt(boolean force) {
    Attempt mine;
    long delay;
    synchronized (lock) {
      if (attempt != null) {
        return attempt;
      }
      long now = clock.getAsLong();
      delay = Math.max(limit.take(now), backoff());
      mine = new Attempt(now + delay, lastFailure, lastFailureMillis);
      attempt = mine;
    }
    status.nextRefresh(mine.startMillis);
    if (delay == 0) {
      run(mine, force);
    } else {
      schedule(() -> run(mine, force), delay);
    }
    return mine;
  }

  private void run(Attempt mine, boolean force) {
    mine.event = status.events().begin(EventKind.REFRESH);
    CompletableFuture<ConnectionInfo> fetched;
    try {
      fetched = fetch.apply(force);
    } catch (RuntimeException | LinkageError e) { // or this attempt would never end
      failed(mine, asIoException(e));
      return;
    }
    CompletableFuture<ConnectionInfo> unused =
        fetched.whenComplete(
            (info, failure) -> {
              long now = clock.getAsLong();
              if (info != null && !info.isValidAt(now)) {
                failed(mine, expired(info, now));
              } else if (info != null) {
                succeeded(mine, info);
              } else if (failure != null) {
                failed(mine, asIoException(Causes.unwrapped(failure)));
              }
            });
  }

  /** Nobody issues such: it is this machine's clock that is wrong. */
  private static IOException expired(ConnectionInfo info, long now) {
    return new IOException(
        "the client certificate that the Admin API has just issued is valid until "
            + Log.utc(info.certificate().endMillis())
            + ", and this machine's clock says "
            + Log.utc(now)
            + ": check that clock.");
  }

  private void succeeded(Attempt mine, ConnectionInfo info) {
    ClientCertificate certificate = info.certificate();
    long delay =
        jitter.earlier(
            RefreshCalculator.delay(
                clock.getAsLong(), certificate.lifeMillis(), certificate.endMillis()));
    synchronized (lock) {
      attempt = null;
      lastFailure = null;
      failures = 0;
      current = info;
    }
    long now = clock.getAsLong();
    mine.record(status, "", certificate.endMillis());
    status.refreshed(certificate.startMillis(), certificate.endMillis(), now + delay);
    String after = trouble.over();
    String valid = "; certificate valid until " + Log.utc(certificate.endMillis());
    if (after != null) {
      log.info(name + ": connection info is there again, " + after + valid);
    } else {
      log.debug(
          name
              + ": connection info is there"
              + valid
              + (lazy ? "" : ", next refresh in " + delay / 1000 + " s"));
    }
    if (!lazy) {
      schedule(this::start, delay);
    }
    mine.result.complete(info);
  }

  private void failed(Attempt mine, IOException failure) {
    boolean again = !isTerminal(failure);
    int inARow;
    synchronized (lock) {
      attempt = null;
      lastFailure = failure;
      lastFailureMillis = clock.getAsLong();
      failures = again ? failures + 1 : 0;
      inARow = failures;
    }
    mine.record(status, Causes.of(failure), 0);
    status.refreshFailed(Causes.of(failure));
    tell(failure, inARow);
    log.trace(name + ": no connection info", failure);
    mine.result.completeExceptionally(failure);
    if (again) {
      start(); // in its turn
    }
  }

  /**
   * A refusal is for a person at once, what may pass by itself only when it has not: as long as
   * there is valid info nobody notices, and else whoever waits for it says so.
   */
  private void tell(IOException failure, int inARow) {
    String message = name + ": no connection info: " + Causes.of(failure);
    if (inARow > 0 && inARow < WORTH_TELLING) {
      trouble.failedInPassing(log, message);
    } else {
      trouble.failed(
          log,
          failure.getClass().getName() + (inARow == 0),
          Causes.sentence(message) + " " + consequence());
    }
  }

  private String consequence() {
    ConnectionInfo valid = known();
    if (valid != null) {
      return "Connections go on until "
          + Log.utc(valid.certificate().endMillis())
          + ", the end of the certificate.";
    }
    List<String> hosts = status.hosts();
    return "Connections"
        + (hosts.isEmpty() ? "" : " to " + String.join(", ", hosts))
        + " fail until there is some.";
  }

  /** Called with the lock held. */
  private long backoff() {
    if (failures == 0) {
      return 0;
    }
    long backoff =
        jitter.earlier(Math.min(LAST_BACKOFF, FIRST_BACKOFF << Math.min(failures - 1, 10)));
    return lastFailure instanceof ApiException
        ? Math.max(backoff, ((ApiException) lastFailure).retryAfterMillis())
        : backoff;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the timer lives as long as the JVM
  private void schedule(Runnable task, long delayMillis) {
    timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  private static boolean isTerminal(IOException failure) {
    return failure instanceof ApiException
        ? ((ApiException) failure).isTerminal()
        : failure instanceof CredentialsException && ((CredentialsException) failure).isTerminal();
  }

  private static IOException asIoException(Throwable failure) {
    return failure instanceof IOException
        ? (IOException) failure
        : new IOException("fetching connection info failed: " + failure, failure);
  }

  /** One fetch, under way or waiting for its turn. */
  private static final class Attempt {
    final long startMillis;
    final @Nullable IOException after;
    final long afterMillis;
    final CompletableFuture<ConnectionInfo> result = new CompletableFuture<>();
    volatile @Nullable Object event;

    /**
     * @param after why the fetch before this one failed, if it did
     * @param afterMillis and when
     */
    Attempt(long startMillis, @Nullable IOException after, long afterMillis) {
      this.startMillis = startMillis;
      this.after = after;
      this.afterMillis = afterMillis;
    }

    void record(InstanceStatus status, String failure, long certificateEnd) {
      // one that began before the recording did has no duration, but is no less an event
      Object begun = event == null ? status.events().begin(EventKind.REFRESH) : event;
      if (begun != null) {
        status.events().end(begun, status.instance(), failure, certificateEnd);
      }
    }
  }
}
