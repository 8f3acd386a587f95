package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.admin.TestApiExceptions;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.core.connections.SimulatedCertificate;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.crypto.TestAuthority;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.util.ExceptionMessages;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Calls of the API wait in a queue until a test lets the API answer. */
class ClusterCertificateTest {
  private static final long HOUR = 3_600_000;
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");
  private static final ClientKey KEY = ClientKey.generate();
  private static final X509Certificate AUTHORITY = new TestAuthority().certificate();

  private final VirtualTime time = new VirtualTime();
  private final Queue<Runnable> calls = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private CompletableFuture<ClientKey> key = CompletableFuture.completedFuture(KEY);
  private ClientKey issuedFor = KEY;
  private long lifeMillis = HOUR;
  private ApiException failure;

  private final Identity identity = TestIdentity.ofToken("t", time);

  private final AdminApi api =
      new AdminApi(TestIdentity.NO_HTTP, "https://api", identity, "test/1") {
        @Override
        public IssuedCertificate clientCertificate(
            InstanceName instance, String publicKey, String token) throws ApiException {
          requests.add(instance.uri() + ", " + token + ", " + publicKey);
          if (failure != null) {
            throw failure;
          }
          long now = time.wallMillis();
          return new IssuedCertificate(
              List.of(new SimulatedCertificate(issuedFor.pair(), now, now + lifeMillis)),
              List.of(AUTHORITY));
        }
      };

  private final ClusterCertificate certificate =
      new ClusterCertificate(
          INSTANCE,
          api,
          identity,
          () -> key,
          time.timer(),
          calls::add,
          time,
          new Jitter(() -> 0.5));

  /** Requests a certificate, as an instance does, without letting the API answer. */
  private CompletableFuture<ClientCertificate> request(ClientCertificate outdated) {
    CompletableFuture<ClientCertificate> requested = certificate.newerThan(outdated);
    time.settle();
    return requested;
  }

  private void answer() {
    for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
      call.run();
    }
  }

  /** Lets a minute pass, in which the API answers within a second. */
  private void passMinute() {
    for (int i = 0; i < 60; i++) {
      time.advance(1_000);
      answer();
    }
  }

  private ClientCertificate fetched(ClientCertificate outdated) {
    CompletableFuture<ClientCertificate> requested = request(outdated);
    answer();
    assertThat(requested).isCompleted();
    return requested.join();
  }

  private static Throwable causeOf(CompletableFuture<?> failed) {
    assertThat(failed).isCompletedExceptionally();
    return failed.handle((value, failure) -> ExceptionMessages.unwrapped(failure)).join();
  }

  @Test
  void isNotFetchedBeforeAnInstanceNeedsIt() {
    time.advance(24 * HOUR);
    answer();
    assertThat(requests).isEmpty();
  }

  @Test
  void isIssuedForTheKeyOfThisProcess() {
    ClientCertificate issued = fetched(null);
    assertThat(requests).containsExactly(INSTANCE.uri() + ", t, " + KEY.publicPem());
    assertThat(issued.remainingMillis()).isBetween(HOUR - 1, HOUR);
  }

  @Test
  void instancesShareTheCallInFlight() {
    CompletableFuture<ClientCertificate> one = request(null);
    CompletableFuture<ClientCertificate> other = request(null);
    assertThat(calls).hasSize(1);
    answer();
    assertThat(one.join()).isSameAs(other.join());
    assertThat(requests).hasSize(1);
  }

  @Test
  void anInstanceGetsTheCertificateThatAnotherOneFetched() {
    ClientCertificate first = fetched(null);
    time.advance(HOUR / 2);
    assertThat(request(null)).isCompletedWithValue(first);
    assertThat(requests).hasSize(1);
  }

  @Test
  void isReplacedOnceItIsDue() {
    ClientCertificate first = fetched(null);
    while (!first.isDue()) {
      assertThat(request(null)).isCompletedWithValue(first);
      time.advance(10_000);
    }
    assertThat(first.isValid()).as("in time").isTrue();
    ClientCertificate second = fetched(null);
    assertThat(second).isNotSameAs(first);
    assertThat(second.endMillis()).isGreaterThan(first.endMillis());
  }

  @Test
  void isNotReplacedInTheBackground() {
    fetched(null);
    time.advance(24 * HOUR);
    answer();
    assertThat(requests).hasSize(1);
  }

  @Test
  void aForcedRequestReplacesACertificateThatIsNotDue() {
    ClientCertificate first = fetched(null);
    ClientCertificate second = fetched(first);
    assertThat(second).isNotSameAs(first);
    assertThat(request(null)).isCompletedWithValue(second);
    assertThat(requests).hasSize(2);
  }

  @Test
  void instancesShareAForcedReplacement() {
    ClientCertificate first = fetched(null);
    CompletableFuture<ClientCertificate> one = request(first);
    CompletableFuture<ClientCertificate> other = request(first);
    answer();
    assertThat(one.join()).isSameAs(other.join()).isNotSameAs(first);
    assertThat(request(first)).as("a third that comes late").isCompletedWithValue(one.join());
    assertThat(requests).hasSize(2);
  }

  @Test
  void theCurrentCertificateIsSharedWhileItIsReplaced() {
    ClientCertificate first = fetched(null);
    CompletableFuture<ClientCertificate> forced = request(first);
    assertThat(request(null)).isCompletedWithValue(first);
    assertThat(forced).isNotDone();
  }

  @Test
  void aFailureReachesAllInstancesThatWait() {
    failure = TestApiExceptions.status(503, 0);
    CompletableFuture<ClientCertificate> one = request(null);
    CompletableFuture<ClientCertificate> other = request(null);
    answer();
    assertThat(causeOf(one)).isSameAs(failure);
    assertThat(causeOf(other)).isSameAs(failure);
    assertThat(requests).hasSize(1);
  }

  @Test
  void aFailedReplacementKeepsTheCertificateForTheOthers() {
    ClientCertificate first = fetched(null);
    failure = TestApiExceptions.status(403, 0);
    CompletableFuture<ClientCertificate> forced = request(first);
    answer();
    assertThat(causeOf(forced)).isSameAs(failure);
    assertThat(request(null)).isCompletedWithValue(first);
  }

  @Test
  void isRequestedAgainAfterAFailure() {
    failure = TestApiExceptions.status(503, 0);
    CompletableFuture<ClientCertificate> failed = request(null);
    answer();
    assertThat(failed).isCompletedExceptionally();
    failure = null;
    CompletableFuture<ClientCertificate> next = request(null);
    passMinute();
    assertThat(next).isCompleted();
    assertThat(requests).hasSize(2);
  }

  @Test
  void aKeyThatCannotBeGeneratedReachesAllInstances() {
    NoClassDefFoundError broken = new NoClassDefFoundError("sun.security.X");
    key = CompletableFuture.failedFuture(broken);
    CompletableFuture<ClientCertificate> one = request(null);
    CompletableFuture<ClientCertificate> other = request(null);
    assertThat(causeOf(one)).isSameAs(broken);
    assertThat(calls).isEmpty();

    key = CompletableFuture.completedFuture(KEY);
    passMinute();
    assertThat(other).as("the next attempt has a key").isCompleted();
  }

  @Test
  void waitsForTheKey() {
    CompletableFuture<ClientKey> generated = new CompletableFuture<>();
    key = generated;
    CompletableFuture<ClientCertificate> requested = request(null);
    assertThat(calls).isEmpty();
    generated.complete(KEY);
    time.settle();
    answer();
    assertThat(requested).isCompleted();
  }

  @Test
  void rejectsACertificateThatIsExpiredByThisMachinesClock() {
    lifeMillis = -1_000;
    CompletableFuture<ClientCertificate> requested = request(null);
    answer();
    assertThat(ErrorCode.of(causeOf(requested), ErrorCode.UNEXPECTED))
        .isEqualTo(ErrorCode.ISSUED_CERTIFICATE_EXPIRED);
  }

  @Test
  void rejectsACertificateForAnotherKey() {
    issuedFor = ClientKey.generate();
    CompletableFuture<ClientCertificate> requested = request(null);
    answer();
    assertThat(ErrorCode.of(causeOf(requested), ErrorCode.UNEXPECTED))
        .isEqualTo(ErrorCode.API_RESPONSE_INVALID);
  }

  /** Connections that fail for another reason must not use up the quota of the API. */
  @Test
  void limitsForcedReplacements() {
    ClientCertificate latest = fetched(null);
    for (int i = 0; i < 10; i++) {
      latest = fetched(latest);
    }
    CompletableFuture<ClientCertificate> next = request(latest);
    time.advance(29_000);
    assertThat(calls).isEmpty();
    time.advance(2_000);
    answer();
    assertThat(next).isCompleted();
    assertThat(requests).hasSize(12);
  }
}
