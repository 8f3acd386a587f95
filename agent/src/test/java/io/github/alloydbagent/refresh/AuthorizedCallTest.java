package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AuthorizedCallTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");

  private final List<Integer> statuses = new ArrayList<>();
  private int calls;
  private Error scheduling; // thrown by the timer from the next response on, if set

  private final HttpTransport transport =
      new MockHttpTransport() {
        @Override
        public LowLevelHttpRequest buildRequest(String method, String url) {
          return new MockLowLevelHttpRequest() {
            @Override
            public LowLevelHttpResponse execute() {
              time.failScheduling(scheduling);
              return new MockLowLevelHttpResponse()
                  .setStatusCode(statuses.get(calls++))
                  .setContent("{\"ipAddress\": \"10.0.0.1\"}");
            }
          };
        }
      };
  private final VirtualTime time = new VirtualTime();
  private final Identity identity =
      TestIdentity.of(TestSettings.identity("access-token", "fixed"), () -> transport, time);
  private final AdminApi api = new AdminApi(() -> transport, "https://api", identity, "a/1");

  private Object call() {
    return started().join();
  }

  private CompletableFuture<?> started() {
    CompletableFuture<?> answer =
        new AuthorizedCall<>(
                identity,
                new RepeatedCalls<>(Runnable::run, time),
                token -> api.connectionInfo(INSTANCE, token).byType().get(IpType.PRIVATE))
            .run();
    time.settle();
    return answer;
  }

  @Test
  void retriesOnceWithANewTokenIfTheTokenIsNotAccepted() {
    statuses.addAll(List.of(401, 200));
    assertThat(call()).isEqualTo("10.0.0.1");
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void failsIfTheSecondTokenIsNotAccepted() {
    statuses.addAll(List.of(401, 401, 401, 401, 401));
    assertThatThrownBy(this::call).hasMessageContaining("returned HTTP 401");
    assertThat(calls).isEqualTo(2);
    assertThatThrownBy(this::call).hasMessageContaining("returned HTTP 401");
    assertThat(calls).as("its replacement may have been revoked, too").isEqualTo(4);
    assertThatThrownBy(this::call).hasMessageContaining("returned HTTP 401");
    assertThat(calls).as("two tokens have just been replaced").isEqualTo(5);
  }

  /** Regression: the call never ended, and its refresh only counted as failed after minutes. */
  @Test
  void failsIfItCannotAskForAnotherToken() {
    statuses.add(401);
    scheduling = new OutOfMemoryError("thrown by a test");
    assertThat(started()).isCompletedExceptionally();
  }

  @Test
  void doesNotRetryOtherFailures() {
    statuses.addAll(List.of(403, 200));
    assertThatThrownBy(this::call).hasMessageContaining("returned HTTP 403");
    assertThat(calls).isEqualTo(1);
  }
}
