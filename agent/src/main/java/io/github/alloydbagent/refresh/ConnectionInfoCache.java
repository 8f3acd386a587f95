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
 * Connection info of one instance that is valid whenever it is asked for: fetched at the start, and
 * again before its certificate expires. {@link Refresher} decides when; this class knows what.
 */
public final class ConnectionInfoCache implements Refreshable {

  /**
   * Refreshes that replace valid info, and forced ones: two, then one in 30 s, as in Google's Go
   * and Python connectors. Getting the first info is not limited.
   */
  private static final int BURST = 2;

  private static final long INTERVAL_MILLIS = 30_000;

  /** How long a caller of a lazy cache waits for newer info than what is still valid. */
  private static final long MAX_LAZY_WAIT_MILLIS = 5_000;

  /** Transient failures are logged as a warning once they have lasted that long. */
  private static final long WORTH_A_WARNING_MILLIS = 20_000;

  private final String name;
  private volatile boolean lazy;
  private final ConnectionInfoSource source;
  private final Clock clock;
  private final Log log;
  private final InstanceStatus status;
  private final FailureThrottle trouble;
  private final Refresher<ConnectionInfo> refresher;

  /**
   * @param status records what happens; its instance names this cache in the log
   * @param lazy whether info is fetched on demand only
   * @param timer its tasks take no time
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
    this.trouble = new FailureThrottle(clock);
    this.refresher =
        new Refresher<>(
            new Source(jitter),
            new Recorder(),
            timer,
            clock,
            jitter,
            new RateLimit(BURST, INTERVAL_MILLIS));
    status.refreshedBy(this);
  }

  /** Fetches in the background from now on, unless lazy or stopped. */
  public synchronized void start() {
    if (!lazy) {
      refresher.start();
    }
  }

  public InstanceStatus status() {
    return status;
  }

  /** Whether fetching fails, and a warning in the log says so. */
  public boolean isFailureLogged() {
    return trouble.isTold();
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

  /** Another connection info than the present one by the deadline. */
  CompletableFuture<ConnectionInfo> refreshed(Deadline deadline) {
    return refresher.newerThan(refresher.current(), true, deadline);
  }

  /** Fetches nothing in the background any more; whoever still asks is served on demand. */
  public synchronized void stop() {
    lazy = true;
    refresher.stop();
  }

  /** The present info if it is valid now, else null; fetches nothing. */
  public @Nullable ConnectionInfo known() {
    ConnectionInfo known = refresher.current();
    return known == null || !known.isValid() ? null : known;
  }

  /**
   * Connection info that is valid now; waits for it if need be.
   *
   * @throws CredentialsException if there is no token to ask with
   * @throws ApiException if the Admin API refuses
   * @throws EarlierFailureException with one of these as its cause, if no other answer comes by the
   *     deadline
   * @throws SocketTimeoutException if the first answer does not come by the deadline
   * @throws InterruptedIOException if the thread is a virtual one and is interrupted; its flag
   *     stays set
   */
  public ConnectionInfo get(Deadline deadline) throws IOException {
    ConnectionInfo known = known();
    if (known == null) {
      return await(refresher.valid(deadline), deadline);
    }
    return known.isDue() ? newerIfQuick(known, deadline) : known;
  }

  /** As {@link #get}, without blocking: fails as it does. */
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
   * Newer info instead of what is due, though still valid. In the background, where it should have
   * been fetched long ago (the timer stood still, or the API refused), it is for the next caller.
   * Lazily, the caller waits for it, but a troubled API must not take the time that connecting
   * itself needs.
   */
  private ConnectionInfo newerIfQuick(ConnectionInfo known, Deadline deadline)
      throws InterruptedIOException {
    if (!lazy || !refresher.canFetchNow()) {
      refresher.want(false);
      return known;
    }
    long patience = Math.min(MAX_LAZY_WAIT_MILLIS, deadline.remainingMillis() / 2);
    try {
      return Interrupts.get(
          refresher.newerThan(known, false, Deadline.inMillis(patience, clock)), patience);
    } catch (ExecutionException | TimeoutException e) {
      return known;
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * Newer info than this one, with which a connection failed in a way that stale info could
   * explain. Waits for it if it can be fetched immediately; otherwise it is fetched in the
   * background.
   *
   * @param certificate whether the certificate could be stale, and not only the addresses
   * @return null if there is none now
   */
  public @Nullable ConnectionInfo renewed(
      ConnectionInfo failed, boolean certificate, Deadline deadline) {
    try {
      return Interrupts.get(renewal(failed, certificate, deadline), deadline.remainingMillis());
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      return null; // the failure of the connection says more
    }
  }

  /** As {@link #renewed}, without blocking: fails where that returns null. */
  public CompletableFuture<@Nullable ConnectionInfo> renewal(
      ConnectionInfo failed, boolean certificate, Deadline deadline) {
    ConnectionInfo known = refresher.current();
    if (known != failed) {
      return CompletableFuture.completedFuture(known); // another connection was quicker
    }
    if (!refresher.canFetchNow()) {
      refresher.want(certificate);
      return CompletableFuture.completedFuture(null);
    }
    return refresher.newerThan(failed, certificate, deadline).thenApply(info -> info);
  }

  private ConnectionInfo await(CompletableFuture<ConnectionInfo> info, Deadline deadline)
      throws IOException {
    try {
      return Interrupts.get(info, deadline.remainingMillis());
    } catch (ExecutionException e) {
      throw asIoException(ExceptionMessages.unwrapped(e));
    } catch (TimeoutException e) {
      throw late(deadline.totalMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private IOException late(long timeoutMillis) {
    Throwable failure = refresher.lastFailure();
    return failure == null
        ? noAnswer(timeoutMillis)
        : new EarlierFailureException(asIoException(failure), 0, refresher.nextFetchMillis());
  }

  private static InterruptedIOException interrupted() {
    return new InterruptedIOException("interrupted while waiting for connection info");
  }

  private static SocketTimeoutException noAnswer(long timeoutMillis) {
    return new SocketTimeoutException("no connection info within " + timeoutMillis + " ms");
  }

  private static IOException asIoException(Throwable failure) {
    if (failure instanceof LateException) {
      LateException late = (LateException) failure;
      return late.getCause() == null
          ? noAnswer(late.timeoutMillis())
          : new EarlierFailureException(
              asIoException(late.getCause()), late.agoMillis(), late.nextMillis());
    }
    return failure instanceof IOException
        ? (IOException) failure
        : new CodedException(
            ErrorCode.of(failure, ErrorCode.UNEXPECTED),
            "fetching connection info failed: " + failure,
            failure);
  }

  /** What makes connection info valid, due and worth a retry. */
  private final class Source extends ApiSource<ConnectionInfo> {
    private final Jitter jitter;

    Source(Jitter jitter) {
      this.jitter = jitter;
    }

    @Override
    public CompletableFuture<ConnectionInfo> fetch(boolean force) {
      return source.fetch(force);
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
    public Throwable invalid(ConnectionInfo info) {
      return info.certificate().expired();
    }

    @Override
    public long refreshDelayMillis(ConnectionInfo info) {
      ClientCertificate certificate = info.certificate();
      return jitter.earlier(
          RefreshCalculator.delay(certificate.remainingMillis(), certificate.lifeMillis()));
    }

    @Override
    public boolean isDue(ConnectionInfo info) {
      return info.isDue();
    }

    @Override
    public boolean isNews(ConnectionInfo before, ConnectionInfo after) {
      return !before.addresses().equals(after.addresses());
    }
  }

  /** Writes what happens to the figures and to the log. */
  private final class Recorder implements Refresher.Observer<ConnectionInfo> {
    private volatile @Nullable Object event;

    @Override
    public void started() {
      event = status.events().begin(EventKind.REFRESH);
    }

    @Override
    public void succeeded(ConnectionInfo info) {
      ClientCertificate certificate = info.certificate();
      record("", certificate.endMillis());
      status.refreshed(certificate.startMillis(), certificate.endMillis());
      String recovery = trouble.over();
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
      record(coded, 0);
      status.refreshFailed(coded);
      String message = name + ": no connection info: " + ExceptionMessages.of(cause);
      // short outages need no attention; a connection that fails logs its own warning
      if (refused || failingMillis >= WORTH_A_WARNING_MILLIS) {
        trouble.failed(
            log,
            code,
            cause.getClass().getName() + refused,
            ExceptionMessages.sentence(message) + " " + consequence());
      } else {
        trouble.failedInPassing(log, message);
      }
      log.trace(name + ": no connection info", cause);
    }

    private void record(String failure, long certificateEnd) {
      // a fetch that began before the recording did has no duration, but is no less an event
      Object begun = event == null ? status.events().begin(EventKind.REFRESH) : event;
      if (begun != null) {
        status.events().end(begun, status.instance(), failure, certificateEnd);
      }
    }

    private String consequence() {
      ConnectionInfo valid = known();
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
