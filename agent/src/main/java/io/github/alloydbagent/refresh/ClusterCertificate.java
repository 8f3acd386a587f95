package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the client certificate of one cluster and identity, which all instances of the cluster
 * share, when one of them needs it. Never blocks.
 */
public final class ClusterCertificate {

  /**
   * Number of fetches that the instances of a cluster may cause in a burst; later ones are limited
   * to one every 30 s.
   */
  private static final int BURST = 10;

  private final Refresher<ClientCertificate> refresher;
  private final CallLane lane;

  /** Instances for whose connections it is fetched. Changed with the lock, read without it. */
  private final Set<ConnectionInfoFetch> hurrying = ConcurrentHashMap.newKeySet();

  /**
   * Creates the certificate of a cluster; fetches nothing yet.
   *
   * @param anyInstance any instance of the cluster
   * @param key returns the key pair of this process, which may still be generated; called for each
   *     certificate
   * @param timer runs only short tasks that do not block
   * @param lane runs the blocking calls of the API
   */
  public ClusterCertificate(
      InstanceName anyInstance,
      AdminApi api,
      Identity identity,
      Supplier<CompletableFuture<ClientKey>> key,
      ScheduledExecutorService timer,
      CallLane lane,
      Clock clock,
      Jitter jitter) {
    this.lane = lane;
    this.refresher =
        new Refresher<>(
            new Source(anyInstance, api, identity, key, lane, clock),
            new Refresher.Observer<ClientCertificate>() {},
            timer,
            clock,
            jitter,
            new RateLimit(BURST, 30_000));
  }

  /**
   * Returns a certificate that is not due for a refresh and differs from the given one. The future
   * fails if the next call of the API fails.
   */
  CompletableFuture<ClientCertificate> newerThan(@Nullable ClientCertificate outdated) {
    return refresher.newerThan(outdated, true, null);
  }

  /**
   * Called when a connection to an instance waits for the certificate, so that its call runs before
   * calls for which no connection waits.
   */
  void hurry(ConnectionInfoFetch instance) {
    synchronized (this) {
      lane.hurry();
      hurrying.add(instance);
    }
    refresher.reconsider();
  }

  /** Called when no connection to this instance waits any more; others may still wait. */
  synchronized void relax(ConnectionInfoFetch instance) {
    hurrying.remove(instance);
    if (hurrying.isEmpty()) {
      lane.relax();
    }
  }

  private final class Source extends ApiSource<ClientCertificate> {
    private final InstanceName anyInstance;
    private final AdminApi api;
    private final Identity identity;
    private final Supplier<CompletableFuture<ClientKey>> key;
    private final RepeatedCalls<ClientCertificate> calls;
    private final Clock clock;

    Source(
        InstanceName anyInstance,
        AdminApi api,
        Identity identity,
        Supplier<CompletableFuture<ClientKey>> key,
        Executor executor,
        Clock clock) {
      this.anyInstance = anyInstance;
      this.api = api;
      this.identity = identity;
      this.key = key;
      this.calls = new RepeatedCalls<>(executor, clock);
      this.clock = clock;
    }

    @Override
    public CompletableFuture<ClientCertificate> fetch(boolean force) {
      return key.get()
          .thenCompose(pair -> new AuthorizedCall<>(identity, calls, issue(pair)).run());
    }

    private AuthorizedCall.Call<ClientCertificate> issue(ClientKey pair) {
      return token ->
          ClientCertificate.of(
              api.clientCertificate(anyInstance, pair.publicPem(), token), pair, clock);
    }

    /** Certificates that instances fetch ahead of time are not urgent. */
    @Override
    public boolean isUrgent() {
      return !hurrying.isEmpty();
    }

    @Override
    public boolean isValid(ClientCertificate certificate) {
      return !certificate.isDue();
    }

    /** A certificate that was just issued is due only if it is expired. */
    @Override
    public Throwable invalidityReason(ClientCertificate certificate) {
      return certificate.expiredException();
    }

    @Override
    public long refreshDelayMillis(ClientCertificate certificate) {
      return 0; // ConnectionInfoCache decides when to refresh
    }

    @Override
    public boolean isDue(ClientCertificate certificate) {
      return certificate.isDue();
    }
  }
}
