package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.retry.RateLimit;
import io.github.alloydbagent.retry.Refresher;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of one cluster and identity, which all instances of the cluster share; fetched
 * when one of them needs it. Never blocks; one call of the API at a time.
 */
public final class ClusterCertificate {

  /** Calls that one instance after the other can cause within half a minute. */
  private static final int BURST = 10;

  private final Refresher<ClientCertificate> refresher;
  private final CallLane lane;

  /**
   * @param anyInstance of the cluster
   * @param key gives the key pair of this process, or what will be it; asked for each certificate
   * @param timer its tasks take no time
   * @param lane where the API's answers are waited for
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
   * A certificate that is not yet due for its next refresh, and is another than the given one.
   * Fails as the next call of the API does.
   */
  CompletableFuture<ClientCertificate> otherThan(@Nullable ClientCertificate outdated) {
    return refresher.newerThan(outdated, true, null);
  }

  /** A connection waits for the certificate: its call goes before those that nobody waits for. */
  void hurry() {
    lane.hurry();
  }

  /** Called once no connection waits any more. */
  void relax() {
    lane.relax();
  }

  private static final class Source extends ApiSource<ClientCertificate> {
    private final InstanceName anyInstance;
    private final AdminApi api;
    private final Identity identity;
    private final Supplier<CompletableFuture<ClientKey>> key;
    private final Executor executor;
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
      this.executor = executor;
      this.clock = clock;
    }

    @Override
    public CompletableFuture<ClientCertificate> fetch(boolean force) {
      return key.get()
          .thenCompose(pair -> new AuthorizedCall<>(identity, executor, issue(pair)).answer());
    }

    private AuthorizedCall.Call<ClientCertificate> issue(ClientKey pair) {
      return token ->
          ClientCertificate.of(
              api.clientCertificate(anyInstance, pair.publicPem(), token), pair, clock);
    }

    @Override
    public boolean isValid(ClientCertificate certificate) {
      return !certificate.isDue();
    }

    /** A new one is due only if it has expired. */
    @Override
    public Throwable invalid(ClientCertificate certificate) {
      return certificate.expired();
    }

    @Override
    public long refreshDelayMillis(ClientCertificate certificate) {
      return 0; // nothing is fetched ahead
    }

    @Override
    public boolean isDue(ClientCertificate certificate) {
      return certificate.isDue();
    }
  }
}
