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

/**
 * An Admin API whose first response has a given status and body; later responses are empty objects.
 */
final class FuzzedAnswer {

  /** Upper bound in characters, far above the limit for excerpts from a response. */
  private static final int MAX_MESSAGE_CHARS = 4_000;

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
    assertThat(message).hasSizeLessThan(MAX_MESSAGE_CHARS).doesNotContain(token);
    assertThat(e.retryAfterMillis()).isBetween(0L, 600_000L);
  }
}
