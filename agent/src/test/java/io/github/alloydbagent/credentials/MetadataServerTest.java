package io.github.alloydbagent.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import com.google.api.client.testing.http.MockHttpTransport;
import com.google.api.client.testing.http.MockLowLevelHttpRequest;
import com.google.api.client.testing.http.MockLowLevelHttpResponse;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

@DisabledIfEnvironmentVariable(
    named = "NO_GCE_CHECK",
    matches = ".*",
    disabledReason = "NO_GCE_CHECK says not to ask")
class MetadataServerTest {

  private static boolean answers(MockLowLevelHttpResponse response) {
    return MetadataServer.isPresent(
        new MockHttpTransport.Builder().setLowLevelHttpResponse(response).build());
  }

  @Test
  void isDetectedByItsHeader() {
    assertThat(answers(new MockLowLevelHttpResponse().addHeader("Metadata-Flavor", "Google")))
        .isTrue();
    assertThat(answers(new MockLowLevelHttpResponse().setContent("captive portal"))).isFalse();
  }

  @Test
  void isNotDetectedWithoutAResponse() {
    MockHttpTransport nobody =
        new MockHttpTransport() {
          @Override
          public LowLevelHttpRequest buildRequest(String method, String url) {
            return new MockLowLevelHttpRequest() {
              @Override
              public LowLevelHttpResponse execute() throws IOException {
                throw new IOException("no route to host");
              }
            };
          }
        };
    assertThat(MetadataServer.isPresent(nobody)).isFalse();
  }
}
