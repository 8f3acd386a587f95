package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of one cluster and identity, which all instances of the cluster share. Never
 * blocks; one call of the API at a time.
 */
public final class ClusterCertificate {
  private final InstanceName anyInstance;
  private final AdminApi api;
  private final Identity identity;
  private final CompletableFuture<ClientKey> key;
  private final CallLane lane;
  private final LongSupplier clock;

  private final Object lock = new Object();
  private @Nullable ClientCertificate current;
  private @Nullable CompletableFuture<ClientCertificate> inFlight;

  /**
   * @param anyInstance of the cluster
   * @param clock the wall clock, in milliseconds
   */
  public ClusterCertificate(
      InstanceName anyInstance,
      AdminApi api,
      Identity identity,
      CompletableFuture<ClientKey> key,
      CallLane lane,
      LongSupplier clock) {
    this.anyInstance = anyInstance;
    this.api = api;
    this.identity = identity;
    this.key = key;
    this.lane = lane;
    this.clock = clock;
  }

  /**
   * A certificate that is not yet due for its next refresh.
   *
   * @param force ask for a new one all the same
   */
  CompletableFuture<ClientCertificate> get(boolean force) {
    CompletableFuture<ClientCertificate> mine;
    synchronized (lock) {
      if (inFlight != null) {
        return inFlight;
      }
      long now = clock.getAsLong();
      if (!force && current != null && !current.isDueAt(now)) {
        return CompletableFuture.completedFuture(current);
      }
      mine = new CompletableFuture<>();
      inFlight = mine;
    }
    CompletableFuture<ClientCertificate> unused =
        key.thenCompose(pair -> new AuthorizedCall<>(identity, lane, issue(pair)).answer())
            .whenComplete((certificate, failure) -> settle(mine, certificate, failure));
    return mine;
  }

  /** A connection waits for the certificate: its call goes before those that nobody waits for. */
  void hurry() {
    lane.hurry();
  }

  /** Called once nobody waits any more. */
  void relax() {
    lane.relax();
  }

  private void settle(
      CompletableFuture<ClientCertificate> mine,
      @Nullable ClientCertificate certificate,
      @Nullable Throwable failure) {
    synchronized (lock) {
      inFlight = null;
      if (certificate != null) {
        current = certificate;
      }
    }
    if (certificate != null) {
      mine.complete(certificate);
    } else if (failure != null) {
      mine.completeExceptionally(failure);
    }
  }

  private AuthorizedCall.Call<ClientCertificate> issue(ClientKey pair) {
    return token ->
        ClientCertificate.of(
            api.clientCertificate(anyInstance, pair.publicPem(), token), pair, clock.getAsLong());
  }
}
