package io.github.alloydbagent.credentials;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.auth.oauth2.ComputeEngineCredentials;
import java.io.IOException;

/** Detects the metadata server of Google Cloud. */
final class MetadataServer {
  private static final String FLAVOR_HEADER = "Metadata-Flavor";

  /** Short, since the server is on this machine if it exists. */
  private static final int TIMEOUT_MILLIS = 500;

  private MetadataServer() {}

  /**
   * Returns whether a metadata server responds; false without a request if {@code NO_GCE_CHECK} is
   * set to {@code true}. Blocks.
   *
   * @see <a href="https://cloud.google.com/compute/docs/instances/detect-compute-engine">how to
   *     detect it</a>
   */
  static boolean isPresent(HttpTransport transport) {
    if (Boolean.parseBoolean(System.getenv("NO_GCE_CHECK"))) {
      return false;
    }
    try {
      HttpRequest request =
          transport
              .createRequestFactory()
              .buildGetRequest(new GenericUrl(ComputeEngineCredentials.getMetadataServerUrl()));
      request.getHeaders().set(FLAVOR_HEADER, "Google");
      request
          .setConnectTimeout(TIMEOUT_MILLIS)
          .setReadTimeout(TIMEOUT_MILLIS)
          .setNumberOfRetries(0)
          .setThrowExceptionOnExecuteError(false);
      HttpResponse response = request.execute();
      try {
        return "Google".equals(response.getHeaders().getFirstHeaderStringValue(FLAVOR_HEADER));
      } finally {
        response.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }
}
