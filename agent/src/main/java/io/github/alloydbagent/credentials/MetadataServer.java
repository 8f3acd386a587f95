package io.github.alloydbagent.credentials;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.auth.oauth2.ComputeEngineCredentials;
import java.io.IOException;

/** The metadata server of the machine that this runs on, if that is one of Google Cloud's. */
final class MetadataServer {
  private static final String FLAVOR = "Metadata-Flavor";

  /** Milliseconds; it is on this machine, or nowhere. */
  private static final int TIMEOUT = 500;

  private MetadataServer() {}

  /**
   * Whether it is there, unless {@code NO_GCE_CHECK} says not to ask. Blocks.
   *
   * @see <a href="https://cloud.google.com/compute/docs/instances/detect-compute-engine">how to
   *     tell</a>
   */
  static boolean answers(HttpTransport transport) {
    if (Boolean.parseBoolean(System.getenv("NO_GCE_CHECK"))) {
      return false;
    }
    try {
      HttpRequest request =
          transport
              .createRequestFactory()
              .buildGetRequest(new GenericUrl(ComputeEngineCredentials.getMetadataServerUrl()));
      request.getHeaders().set(FLAVOR, "Google");
      request
          .setConnectTimeout(TIMEOUT)
          .setReadTimeout(TIMEOUT)
          .setNumberOfRetries(0)
          .setThrowExceptionOnExecuteError(false);
      HttpResponse response = request.execute();
      try {
        return "Google".equals(response.getHeaders().getFirstHeaderStringValue(FLAVOR));
      } finally {
        response.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }
}
