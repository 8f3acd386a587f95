package io.github.alloydbagent.compatibility;

import com.google.gson.Gson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** A client of the applications that take orders over HTTP. Thread-safe. */
final class OrdersOverHttp {

  /** An order; the applications number it. */
  record Order(String item, int pieces) {}

  private static final Duration LONG = Duration.ofMinutes(1);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(LONG).build();
  private final Gson json = new Gson();
  private final URI base;

  OrdersOverHttp(int port) {
    base = URI.create("http://127.0.0.1:" + port);
  }

  /**
   * Places all orders in one transaction.
   *
   * @return the status of the response
   */
  int order(List<Order> orders) throws IOException, InterruptedException {
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(json.toJson(orders));
    return send(request("/orders").header("Content-Type", "application/json").POST(body))
        .statusCode();
  }

  /** Returns the orders, by item. */
  List<Order> orders() throws IOException, InterruptedException {
    return List.of(json.fromJson(get("/orders"), Order[].class));
  }

  /**
   * Returns the body of a successful response.
   *
   * @throws IOException with the body of any other response
   */
  String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send(request(path).GET());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answers " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(LONG);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
