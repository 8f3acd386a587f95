package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Asks for the addresses of an instance and the certificate of its cluster, both at once. */
public final class ConnectionInfoFetch
    implements Function<Boolean, CompletableFuture<ConnectionInfo>> {
  private final InstanceName instance;
  private final AdminApi api;
  private final Identity identity;
  private final ClusterCertificate certificate;
  private final Executor executor;

  /**
   * @param executor where the API's answers are waited for
   */
  public ConnectionInfoFetch(
      InstanceName instance,
      AdminApi api,
      Identity identity,
      ClusterCertificate certificate,
      Executor executor) {
    this.instance = instance;
    this.api = api;
    this.identity = identity;
    this.certificate = certificate;
    this.executor = executor;
  }

  @Override
  public CompletableFuture<ConnectionInfo> apply(Boolean newCertificate) {
    CompletableFuture<Addresses> addresses =
        new AuthorizedCall<>(identity, executor, token -> api.connectionInfo(instance, token))
            .answer();
    return Futures.both(addresses, certificate.get(newCertificate), ConnectionInfo::new);
  }
}
