package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.admin.TestApiExceptions;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConnectionInfoFetchTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");

  private static final ClientKey KEY = ClientKey.generate();

  private final VirtualTime time = new VirtualTime();
  private final Jitter jitter = new Jitter(() -> 0.5);
  private final List<String> calls = new ArrayList<>();
  private final Identity identity = TestIdentity.ofToken("t", time);
  private final AdminApi api =
      new AdminApi(TestIdentity.NO_HTTP, "https://api", identity, "test/1") {
        @Override
        public Addresses connectionInfo(InstanceName instance, String token) throws ApiException {
          calls.add("addresses");
          throw TestApiExceptions.status(status, 0);
        }

        @Override
        public IssuedCertificate clientCertificate(
            InstanceName instance, String publicKey, String token) throws ApiException {
          calls.add("certificate");
          throw TestApiExceptions.status(status, 0);
        }
      };
  private final TestLane clusterLane = new TestLane();
  private final ClusterCertificate certificate =
      new ClusterCertificate(
          INSTANCE,
          api,
          identity,
          () -> CompletableFuture.completedFuture(KEY),
          time.timer(),
          clusterLane,
          time,
          jitter);
  private final ConnectionInfoFetch fetch =
      new ConnectionInfoFetch(INSTANCE, api, identity, certificate, new TestLane(), time);
  private int status;

  private static final class TestLane implements CallLane {
    boolean isUrgent;

    @Override
    public void execute(Runnable call) {
      call.run();
    }

    @Override
    public void hurry() {
      isUrgent = true;
    }

    @Override
    public void relax() {
      isUrgent = false;
    }
  }

  private List<String> callsOfAFetch(int answered) {
    status = answered;
    calls.clear();
    CompletableFuture<ConnectionInfo> fetched = fetch.fetch(null);
    time.advance(1_000);
    assertThat(fetched).isCompletedExceptionally();
    return new ArrayList<>(calls);
  }

  @Test
  void callsSequentiallyAfterHttp429() {
    assertThat(callsOfAFetch(429)).containsExactlyInAnyOrder("addresses", "certificate");
    assertThat(callsOfAFetch(429)).containsExactly("certificate");
    assertThat(callsOfAFetch(503)).containsExactly("certificate");
    assertThat(callsOfAFetch(503)).containsExactlyInAnyOrder("addresses", "certificate");
  }

  @Test
  void aFailureDoesNotSlowDownTheCertificateThatAnotherInstanceWaitsFor() {
    ConnectionInfoFetch twin =
        new ConnectionInfoFetch(INSTANCE, api, identity, certificate, new TestLane(), time);
    twin.hurry();
    fetch.hurry();
    fetch.hurry(); // for another connection
    callsOfAFetch(503);
    assertThat(clusterLane.isUrgent).as("the twin's connection waits").isTrue();
    CompletableFuture<ConnectionInfo> fetched = twin.fetch(null);
    time.advance(1_000);
    assertThat(fetched).isCompletedExceptionally();
    assertThat(clusterLane.isUrgent).isFalse();
  }
}
