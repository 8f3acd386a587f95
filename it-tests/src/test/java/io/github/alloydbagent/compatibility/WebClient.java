package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** An HTTP client for pages of a server. */
final class WebClient {

  private final HttpClient client = HttpClient.newHttpClient();
  private final String origin;
  private final String authorization;

  /**
   * @param origin such as {@code http://127.0.0.1:8080}
   */
  WebClient(String origin) {
    this(origin, "nobody", "");
  }

  WebClient(String origin, String user, String password) {
    this.origin = origin;
    byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    authorization = "Basic " + Base64.getEncoder().encodeToString(credentials);
  }

  /** Returns the body of a response with status 200, trimmed. */
  String get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  /** Sends a file and returns the response like {@link #get}. */
  String put(String path, Path file) throws IOException, InterruptedException {
    return send(request(path).PUT(HttpRequest.BodyPublishers.ofFile(file)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(origin + path))
        .header("Authorization", authorization)
        .timeout(Duration.ofMinutes(3));
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as("%s: %s", response.uri(), response.body()).isEqualTo(200);
    return response.body().trim();
  }
}
