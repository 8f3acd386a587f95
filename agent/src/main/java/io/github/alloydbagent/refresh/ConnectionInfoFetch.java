package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import java.util.concurrent.CompletableFuture;

/** Asks for the addresses of an instance and the certificate of its cluster, both at once. */
public final class ConnectionInfoFetch implements Fetch {
  private final InstanceName instance;
  private final AdminApi api;
  private final Identity identity;
  private final ClusterCertificate certificate;
  private final CallLane lane;

  /**
   * @param lane where the API's answers are waited for
   */
  public ConnectionInfoFetch(
      InstanceName instance,
      AdminApi api,
      Identity identity,
      ClusterCertificate certificate,
      CallLane lane) {
    this.instance = instance;
    this.api = api;
    this.identity = identity;
    this.certificate = certificate;
    this.lane = lane;
  }

  @Override
  public CompletableFuture<ConnectionInfo> apply(Boolean newCertificate) {
    CompletableFuture<Addresses> addresses =
        new AuthorizedCall<>(identity, lane, token -> api.connectionInfo(instance, token)).answer();
    return Futures.both(addresses, certificate.get(newCertificate), ConnectionInfo::new)
        .whenComplete((info, failure) -> relax());
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
}
