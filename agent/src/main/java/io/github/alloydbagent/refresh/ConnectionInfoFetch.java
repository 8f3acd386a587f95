package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.time.Age;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ExceptionMessages;
import io.github.alloydbagent.util.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the addresses of an instance and the certificate of its cluster from the Admin API, with
 * two concurrent calls. If one call fails, the result of the other is kept for the retry, so that
 * an overloaded API is not called twice for the same value. After HTTP 429 the calls run one after
 * the other, since the API would most likely reject both.
 */
public final class ConnectionInfoFetch implements ConnectionInfoSource {

  /** How long addresses are kept while the call for the certificate is retried. */
  private static final long RETRY_MILLIS = TimeUnit.MINUTES.toMillis(1);

  /**
   * Upper bound on how long refreshes reuse addresses while connections succeed. An instance that
   * takes the certificate of another one in its cluster refreshes again when that certificate is
   * due, which may be soon: without reuse it would fetch its addresses three times an hour.
   */
  private static final long MAX_REUSE_MILLIS = TimeUnit.MINUTES.toMillis(30);

  private final InstanceName instance;
  private final AdminApi api;
  private final Identity identity;
  private final ClusterCertificate certificate;
  private final CallLane lane;
  private final RepeatedCalls<Addresses> calls;
  private final Clock clock;
  private final AtomicReference<@Nullable KeptAddresses> keptAddresses = new AtomicReference<>();
  private volatile boolean isApiBusy;

  /**
   * Creates a fetch for one instance; calls nothing yet.
   *
   * @param lane runs the blocking calls of the API
   */
  public ConnectionInfoFetch(
      InstanceName instance,
      AdminApi api,
      Identity identity,
      ClusterCertificate certificate,
      CallLane lane,
      Clock clock) {
    this.instance = instance;
    this.api = api;
    this.identity = identity;
    this.certificate = certificate;
    this.lane = lane;
    this.calls = new RepeatedCalls<>(lane, clock);
    this.clock = clock;
  }

  @Override
  public CompletableFuture<ConnectionInfo> fetch(@Nullable ClientCertificate outdated) {
    CompletableFuture<ClientCertificate> certificateFuture = certificate.newerThan(outdated);
    // the certificate first: ClusterCertificate keeps it until the addresses arrive
    CompletableFuture<KeptAddresses> addresses =
        isApiBusy
            ? certificateFuture.thenCompose(issued -> addresses(outdated != null))
            : addresses(outdated != null);
    CompletableFuture<ConnectionInfo> info =
        Futures.combine(addresses, certificateFuture, (fetched, issued) -> fetched)
            .thenCompose(fetched -> combine(fetched, certificateFuture.join()));
    return info.whenComplete((both, failure) -> ended(failure));
  }

  private void ended(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : ExceptionMessages.unwrapped(failure);
    isApiBusy = cause instanceof ApiException && ((ApiException) cause).isBusy();
    relax();
  }

  @Override
  public void hurry() {
    lane.hurry();
    certificate.hurry(this);
  }

  private void relax() {
    lane.relax();
    certificate.relax(this);
  }

  @Override
  public void discardAddresses() {
    keptAddresses.set(null);
  }

  private CompletableFuture<KeptAddresses> addresses(boolean isForced) {
    KeptAddresses kept = keptAddresses.get();
    if (kept != null && kept.age.millis() < kept.reuseMillis && !(isForced && kept.isUsed)) {
      return CompletableFuture.completedFuture(kept);
    }
    return new AuthorizedCall<>(identity, calls, token -> api.connectionInfo(instance, token))
        .run()
        .thenApply(
            addresses -> {
              KeptAddresses fetched =
                  new KeptAddresses(addresses, new Age(clock), RETRY_MILLIS, false);
              keptAddresses.set(fetched);
              return fetched;
            });
  }

  @SuppressWarnings("ReferenceEquality") // the addresses of one call are one object
  private CompletableFuture<ConnectionInfo> combine(
      KeptAddresses fetched, ClientCertificate issued) {
    KeptAddresses kept = keptAddresses.get();
    boolean isKept = kept != null && kept.addresses == fetched.addresses;
    return fetched.isUsed && !isKept // discarded while the call for the certificate ran
        ? addresses(true).thenApply(renewed -> info(renewed, issued))
        : CompletableFuture.completedFuture(info(fetched, issued));
  }

  private ConnectionInfo info(KeptAddresses fetched, ClientCertificate issued) {
    // short certificates: a refresh for the instance's own certificate asks for addresses
    long reuseMillis = Math.min(MAX_REUSE_MILLIS, issued.earliestRefreshMillis() * 9 / 10);
    keptAddresses.compareAndSet( // unless they have been discarded
        fetched, new KeptAddresses(fetched.addresses, fetched.age, reuseMillis, true));
    return new ConnectionInfo(fetched.addresses, issued);
  }

  /** Addresses for later fetches. */
  private static final class KeptAddresses {
    final Addresses addresses;
    final Age age;

    /** How long after they were fetched they may be reused. */
    final long reuseMillis;

    /** Whether connections have received them; a forced fetch then fetches new ones. */
    final boolean isUsed;

    KeptAddresses(Addresses addresses, Age age, long reuseMillis, boolean isUsed) {
      this.addresses = addresses;
      this.age = age;
      this.reuseMillis = reuseMillis;
      this.isUsed = isUsed;
    }
  }
}
