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
 * Asks the Admin API for the addresses of an instance and the certificate of its cluster, both at
 * the same time. What one half brought is kept while the other one fails, so that an API that
 * admits few calls is not asked twice for the same. After HTTP 429 the calls follow each other,
 * since the API would most likely reject both.
 */
public final class ConnectionInfoFetch implements ConnectionInfoSource {

  /** For so long, addresses are kept for the certificate that they wait for. */
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final InstanceName instance;
  private final AdminApi api;
  private final Identity identity;
  private final ClusterCertificate certificate;
  private final CallLane lane;
  private final Clock clock;
  private volatile @Nullable Kept kept;
  private volatile @Nullable ClientCertificate inUse;
  private volatile boolean busy;

  /**
   * @param lane where the API's answers are waited for
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
    CompletableFuture<ClientCertificate> current =
        certificate.otherThan(newCertificate ? inUse : null);
    // the certificate first: it is kept until the addresses arrive, however long that takes
    CompletableFuture<ConnectionInfo> info =
        busy
            ? current.thenCompose(
                known -> addresses().thenApply(addresses -> together(addresses, known)))
            : Futures.both(addresses(), current, this::together);
    return info.whenComplete((both, failure) -> ended(failure));
  }

  private void ended(@Nullable Throwable failure) {
    busy = failure != null && ApiFailures.isBusy(ExceptionMessages.unwrapped(failure));
    relax();
  }

  @Override
  public void hurry() {
    lane.hurry();
    certificate.hurry();
  }

  private void relax() {
    lane.relax();
    certificate.relax();
  }

  private CompletableFuture<Addresses> addresses() {
    Kept known = kept;
    if (known != null && clock.nanoTime() - known.nanos < KEPT_NANOS) {
      return CompletableFuture.completedFuture(known.addresses);
    }
    return new AuthorizedCall<>(identity, lane, token -> api.connectionInfo(instance, token))
        .answer()
        .thenApply(
            addresses -> {
              kept = new Kept(addresses, clock.nanoTime());
              return addresses;
            });
  }

  private ConnectionInfo together(Addresses addresses, ClientCertificate current) {
    kept = null;
    inUse = current;
    return new ConnectionInfo(addresses, current);
  }

  private static final class Kept {
    final Addresses addresses;
    final long nanos;

    Kept(Addresses addresses, long nanos) {
      this.addresses = addresses;
      this.nanos = nanos;
    }
  }
}
