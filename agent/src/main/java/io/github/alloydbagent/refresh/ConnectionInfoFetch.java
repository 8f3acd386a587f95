package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ExceptionMessages;
import io.github.alloydbagent.util.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the addresses of an instance and the certificate of its cluster from the Admin API, with
 * two concurrent calls. If one call fails, the result of the other is kept for the retry, so that
 * an overloaded API is not called twice for the same value. After HTTP 429 the calls run one after
 * the other, since the API would most likely reject both.
 */
public final class ConnectionInfoFetch implements ConnectionInfoSource {

  /** How long addresses are kept while the call for the certificate is retried. */
  private static final long ADDRESSES_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final InstanceName instance;
  private final AdminApi api;
  private final Identity identity;
  private final ClusterCertificate certificate;
  private final CallLane lane;
  private final Clock clock;
  private volatile @Nullable KeptAddresses keptAddresses;
  private volatile @Nullable ClientCertificate inUse;
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
    this.clock = clock;
  }

  @Override
  public CompletableFuture<ConnectionInfo> fetch(boolean newCertificate) {
    CompletableFuture<ClientCertificate> certificateFuture =
        certificate.otherThan(newCertificate ? inUse : null);
    // the certificate first: ClusterCertificate keeps it until the addresses arrive
    CompletableFuture<ConnectionInfo> info =
        isApiBusy
            ? certificateFuture.thenCompose(
                known -> addresses().thenApply(addresses -> combine(addresses, known)))
            : Futures.both(addresses(), certificateFuture, this::combine);
    return info.whenComplete((both, failure) -> ended(failure));
  }

  private void ended(@Nullable Throwable failure) {
    isApiBusy = failure != null && ApiFailures.isBusy(ExceptionMessages.unwrapped(failure));
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

  private CompletableFuture<Addresses> addresses() {
    KeptAddresses known = keptAddresses;
    if (known != null && clock.nanoTime() - known.fetchedNanos < ADDRESSES_KEPT_NANOS) {
      return CompletableFuture.completedFuture(known.addresses);
    }
    return new AuthorizedCall<>(identity, lane, token -> api.connectionInfo(instance, token))
        .answer()
        .thenApply(
            addresses -> {
              keptAddresses = new KeptAddresses(addresses, clock.nanoTime());
              return addresses;
            });
  }

  private ConnectionInfo combine(Addresses addresses, ClientCertificate issued) {
    keptAddresses = null;
    inUse = issued;
    return new ConnectionInfo(addresses, issued);
  }

  private static final class KeptAddresses {
    final Addresses addresses;
    final long fetchedNanos;

    KeptAddresses(Addresses addresses, long fetchedNanos) {
      this.addresses = addresses;
      this.fetchedNanos = fetchedNanos;
    }
  }
}
