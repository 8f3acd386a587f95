package io.github.alloydbagent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.fuzz.OneLine;

/** An Admin API that answers with one status and body, and with an empty object from then on. */
final class FuzzedAnswer {

  /** Characters; what is quoted of an answer is cut long before. */
  private static final int LONGEST_MESSAGE = 4_000;

  private final int status;
  private final byte[] body;

  FuzzedAnswer(int status, byte[] body) {
    this.status = status;
    this.body = body;
  }

  AdminApi api() {
    HttpTransport transport =
        new MockHttpTransport() {
          private byte[] next = body;

          @Override
          public LowLevelHttpRequest buildRequest(String method, String url) {
            return new MockLowLevelHttpRequest(url) {
              @Override
              public LowLevelHttpResponse execute() {
                byte[] content = next;
                next = new byte[] {'{', '}'};
                return new MockLowLevelHttpResponse().setStatusCode(status).setContent(content);
              }
            };
          }
        };
    return new AdminApi(
        () -> transport,
        "https://api.example",
        TestIdentity.of(TestSettings.identity(), () -> transport),
        "agent/1");
  }

  static void assertIsOneLine(ApiException e, String token) {
    String message = String.valueOf(e.getMessage());
    OneLine.check(message);
    assertThat(message).hasSizeLessThan(LONGEST_MESSAGE).doesNotContain(token);
    assertThat(e.retryAfterMillis()).isBetween(0L, 600_000L);
  }
}
