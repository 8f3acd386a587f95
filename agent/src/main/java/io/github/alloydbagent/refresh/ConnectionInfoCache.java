package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.log.FailureThrottle;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.retry.LateException;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
import io.github.alloydbagent.status.EventKind;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Refreshable;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Interrupts;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Caches the connection info of one instance. It is fetched at the start and again before its
 * certificate expires, or lazily, on demand. {@link Refresher} schedules the fetches; this class
 * defines their validity, and logs and counts them.
 */
public final class ConnectionInfoCache implements Refreshable {

  /**
   * Refreshes that replace valid info, forced ones included: two, then one every 30 s, as in
   * Google's Go and Python connectors. Fetches without valid info are not limited.
   */
  private static final int RATE_LIMIT_BURST = 2;

  private static final long RATE_LIMIT_INTERVAL_MILLIS = 30_000;

  /**
   * How long a caller of a lazy cache waits for newer info while the current info is still valid.
   */
  private static final long MAX_LAZY_WAIT_MILLIS = 5_000;

  /** Transient failures are logged as warnings after they have lasted this long. */
  private static final long MIN_WARNING_MILLIS = 20_000;

  private final String name;
  private volatile boolean lazy;
  private final ConnectionInfoSource source;
  private final Clock clock;
  private final Log log;
  private final InstanceStatus status;
  private final FailureThrottle throttle;
  private final Refresher<ConnectionInfo> refresher;

  /**
   * Creates a cache; fetches nothing before it is started or a caller waits.
   *
   * @param status records refreshes; its instance is the name of this cache in the log
   * @param lazy whether info is fetched only on demand
   * @param timer runs only short tasks that do not block
   */
  public ConnectionInfoCache(
      InstanceStatus status,
      boolean lazy,
      ConnectionInfoSource source,
      ScheduledExecutorService timer,
      Clock clock,
      Jitter jitter,
      Log log) {
    this.name = status.instance();
    this.status = status;
    this.lazy = lazy;
    this.source = source;
    this.clock = clock;
    this.log = log.about(null, status.instance());
    this.throttle = new FailureThrottle(clock);
    this.refresher =
        new Refresher<>(
            new Source(jitter),
            new Recorder(),
            timer,
            clock,
            jitter,
            new RateLimit(RATE_LIMIT_BURST, RATE_LIMIT_INTERVAL_MILLIS));
    status.setRefreshable(this);
  }

  /** Starts to refresh in the background, unless this cache is lazy or stopped. */
  public synchronized void start() {
    if (!lazy) {
      refresher.start();
    }
  }

  public InstanceStatus status() {
    return status;
  }

  /** Returns whether fetches are failing and a warning about it was logged. */
  public boolean isFailureLogged() {
    return throttle.isOutageLogged();
  }

  @Override
  public boolean isValid() {
    return cached() != null;
  }

  @Override
  public boolean isLazy() {
    return lazy;
  }

  @Override
  public long nextRefreshMillis() {
    long delay = refresher.nextFetchMillis();
    return delay < 0 ? 0 : clock.wallMillis() + delay;
  }

  @Override
  public void refresh(long timeoutMillis) throws IOException {
    Deadline deadline = Deadline.inMillis(timeoutMillis, clock);
    ConnectionInfo unused = await(refreshed(deadline), deadline);
  }

  /** Returns connection info other than the current one by the deadline. */
  CompletableFuture<ConnectionInfo> refreshed(Deadline deadline) {
    return refresher.newerThan(refresher.current(), true, deadline);
  }

  /** Stops refreshing in the background. Later callers are served on demand. */
  public synchronized void stop() {
    lazy = true;
    refresher.stop();
  }

  /** Returns the current info if it is valid now, otherwise null; fetches nothing. */
  public @Nullable ConnectionInfo cached() {
    ConnectionInfo known = refresher.current();
    return known == null || !known.isValid() ? null : known;
  }

  /**
   * Returns connection info that is valid now; waits for a fetch if necessary.
   *
   * @throws CredentialsException if no token can be fetched
   * @throws ApiException if the Admin API refuses the call
   * @throws EarlierFailureException if no fetch succeeds by the deadline; the cause is the last
   *     failure
   * @throws SocketTimeoutException if the first fetch does not end by the deadline
   * @throws InterruptedIOException if the thread is a virtual thread and is interrupted; its
   *     interrupt status stays set
   */
  public ConnectionInfo get(Deadline deadline) throws IOException {
    ConnectionInfo known = cached();
    if (known == null) {
      return await(refresher.valid(deadline), deadline);
    }
    return known.isDue() ? newerIfQuick(known, deadline) : known;
  }

  /** Like {@link #get}, without blocking; the future fails with the same exceptions. */
  public CompletableFuture<ConnectionInfo> valid(Deadline deadline) {
    CompletableFuture<ConnectionInfo> result = new CompletableFuture<>();
    CompletableFuture<ConnectionInfo> unused =
        refresher
            .valid(deadline)
            .whenComplete(
                (info, failure) -> {
                  if (failure == null) {
                    result.complete(info);
                  } else {
                    result.completeExceptionally(asIoException(failure));
                  }
                });
    return result;
  }

  /**
   * Replaces info that is due but still valid. If refreshes run in the background, one is overdue
   * (the timer stopped, or the API refused): the caller gets the valid info, and the next caller
   * gets the new info. If this cache is lazy, the caller waits for the new info, but at most half
   * of its remaining time, so that a slow API leaves time to connect.
   */
  private ConnectionInfo newerIfQuick(ConnectionInfo known, Deadline deadline)
      throws InterruptedIOException {
    if (!lazy || !refresher.canFetchNow()) {
      refresher.requestFetch(false);
      return known;
    }
    long maxWaitMillis = Math.min(MAX_LAZY_WAIT_MILLIS, deadline.remainingMillis() / 2);
    try {
      return Interrupts.get(
          refresher.newerThan(known, false, Deadline.inMillis(maxWaitMillis, clock)),
          maxWaitMillis);
    } catch (ExecutionException | TimeoutException e) {
      return known;
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * Returns newer info than the given one, with which a connection failed in a way that stale info
   * could explain. Waits for it if it can be fetched immediately and the deadline has not passed;
   * otherwise it is fetched in the background.
   *
   * @param certificate whether the certificate, too, could be stale, and not only the addresses
   * @return null if there is no newer info now
   */
  public @Nullable ConnectionInfo getReplacement(
      ConnectionInfo failed, boolean certificate, Deadline deadline) {
    try {
      return Interrupts.get(replacement(failed, certificate, deadline), deadline.remainingMillis());
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      return null; // the caller reports the failure of the connection, which is more useful
    }
  }

  /**
   * Like {@link #getReplacement}, without blocking. The future may also fail where {@link
   * #getReplacement} returns null.
   */
  @SuppressWarnings("ReferenceEquality") // addresses that a refresh reused are the same object
  public CompletableFuture<@Nullable ConnectionInfo> replacement(
      ConnectionInfo failed, boolean certificate, Deadline deadline) {
    ConnectionInfo known = refresher.current();
    boolean hasFailedAddresses = known != null && known.addresses() == failed.addresses();
    if (known != failed && !hasFailedAddresses) {
      return CompletableFuture.completedFuture(known); // another connection has renewed it already
    }
    source.discardAddresses();
    if (known != failed && certificate) {
      return CompletableFuture.completedFuture(known); // a refresh replaced only the certificate
    }
    if (deadline.remainingMillis() == 0 || !refresher.canFetchNow()) {
      refresher.requestFetch(certificate);
      return CompletableFuture.completedFuture(null);
    }
    return refresher.newerThan(known, certificate, deadline).thenApply(info -> info);
  }

  private ConnectionInfo await(CompletableFuture<ConnectionInfo> info, Deadline deadline)
      throws IOException {
    try {
      return Interrupts.get(info, deadline.remainingMillis());
    } catch (ExecutionException e) {
      throw asIoException(ExceptionMessages.unwrapped(e));
    } catch (TimeoutException e) {
      throw lateException(deadline.totalMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private IOException lateException(long timeoutMillis) {
    Throwable failure = refresher.lastFailure();
    return failure == null
        ? timedOut(timeoutMillis)
        : new EarlierFailureException(asIoException(failure), 0, refresher.nextFetchMillis());
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("interrupted while waiting for connection info");
  }

  private static SocketTimeoutException timedOut(long timeoutMillis) {
    return new SocketTimeoutException("no connection info within " + timeoutMillis + " ms");
  }

  private static IOException asIoException(Throwable failure) {
    if (failure instanceof LateException) {
      LateException lateException = (LateException) failure;
      return lateException.getCause() == null
          ? timedOut(lateException.timeoutMillis())
          : new EarlierFailureException(
              asIoException(lateException.getCause()),
              lateException.agoMillis(),
              lateException.nextMillis());
    }
    return failure instanceof IOException
        ? (IOException) failure
        : new CodedException(
            ErrorCode.of(failure, ErrorCode.UNEXPECTED),
            "fetching connection info failed: " + failure,
            failure);
  }

  /** Defines when connection info is valid and due. */
  private final class Source extends ApiSource<ConnectionInfo> {
    private final Jitter jitter;

    Source(Jitter jitter) {
      this.jitter = jitter;
    }

    @Override
    public CompletableFuture<ConnectionInfo> fetch(boolean force) {
      ConnectionInfo current = force ? refresher.current() : null;
      return source.fetch(current == null ? null : current.certificate());
    }

    @Override
    public void hurry() {
      source.hurry();
    }

    @Override
    public boolean isValid(ConnectionInfo info) {
      return info.isValid();
    }

    @Override
    public Throwable invalidityReason(ConnectionInfo info) {
      return info.certificate().expiredException();
    }

    @Override
    public long refreshDelayMillis(ConnectionInfo info) {
      ClientCertificate certificate = info.certificate();
      return jitter.shorten(
          RefreshCalculator.delayMillis(
              certificate.remainingMillis(), certificate.lifetimeMillis()));
    }

    @Override
    public boolean isDue(ConnectionInfo info) {
      return info.isDue();
    }

    @Override
    public boolean isDifferent(ConnectionInfo before, ConnectionInfo after) {
      return !before.addresses().equals(after.addresses())
          || !before.certificate().hasAuthoritiesOf(after.certificate());
    }
  }

  /** Records refreshes in the status, the log and the flight recorder. */
  private final class Recorder implements Refresher.Observer<ConnectionInfo> {
    private volatile @Nullable Object event;

    @Override
    public void started() {
      event = status.events().begin(EventKind.REFRESH);
    }

    @Override
    public void succeeded(ConnectionInfo info) {
      ClientCertificate certificate = info.certificate();
      status.refreshed(certificate.startMillis(), certificate.endMillis());
      try {
        record("", certificate.endMillis());
      } finally {
        logSuccess(certificate);
      }
    }

    private void logSuccess(ClientCertificate certificate) {
      String recovery = throttle.recovered();
      String valid = "; certificate valid until " + Log.utc(certificate.endMillis());
      if (recovery != null) {
        log.info(name + ": connection info is available again, " + recovery + valid);
      } else {
        log.debug(name + ": fetched connection info" + valid);
      }
    }

    @Override
    public void failed(Throwable failure, boolean refused, long failingMillis) {
      IOException cause = asIoException(failure);
      ErrorCode code = ErrorCode.of(cause, ErrorCode.UNEXPECTED);
      String coded = code.message(ExceptionMessages.of(cause));
      status.refreshFailed(coded);
      try {
        record(coded, 0);
      } finally {
        logFailure(cause, code, refused, failingMillis);
      }
    }

    private void logFailure(
        IOException cause, ErrorCode code, boolean refused, long failingMillis) {
      String message = name + ": no connection info: " + ExceptionMessages.of(cause);
      // short outages need no warning; a failed connection logs its own
      if (refused || failingMillis >= MIN_WARNING_MILLIS) {
        throttle.failed(
            log,
            code,
            cause.getClass().getName() + refused,
            ExceptionMessages.sentence(message) + " " + consequence());
      } else {
        throttle.failedWithoutWarning(log, message);
      }
      log.trace(name + ": no connection info", cause);
    }

    private void record(String failure, long certificateEnd) {
      // a fetch that started before the recording has no duration, but is recorded
      Object begun = event == null ? status.events().begin(EventKind.REFRESH) : event;
      if (begun != null) {
        status.events().endRefresh(begun, status.instance(), failure, certificateEnd);
      }
    }

    private String consequence() {
      ConnectionInfo valid = cached();
      if (valid != null) {
        return "The existing certificate remains valid until "
            + Log.utc(valid.certificate().endMillis())
            + "; new connections fail after that unless a refresh succeeds.";
      }
      List<String> hosts = status.hosts();
      return "Connections"
          + (hosts.isEmpty() ? "" : " to " + String.join(", ", hosts))
          + " fail until a refresh succeeds.";
    }
  }
}
