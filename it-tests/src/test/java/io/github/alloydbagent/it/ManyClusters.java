package io.github.alloydbagent.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An Admin API with any number of clusters and instances: every name resolves to the single
 * instance of an AlloyDB simulator. Counts calls by path and token.
 */
public final class ManyClusters implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String behind;
  private final LocalInstance instance;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> calls =
      new HashMap<>(); // guarded by this, like the fields below
  private final Set<String> tokens = new HashSet<>();
  private int atOnce;
  private int mostAtOnce;

  /**
   * @param behind the URL of the AlloyDB simulator's Admin API
   * @param instance the instance that every name resolves to
   */
  public ManyClusters(String behind, LocalInstance instance) throws IOException {
    this.behind = behind;
    this.instance = instance;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public static String cluster(int number) {
    return "projects/local-project/locations/us-central1/clusters/c" + number;
  }

  /** Returns the number of calls by path and token. */
  synchronized Map<String, Integer> calls() {
    return Map.copyOf(calls);
  }

  public synchronized int infos() {
    return count("/connectionInfo");
  }

  public synchronized int certificates() {
    return count(":generateClientCertificate");
  }

  /** Returns the tokens that calls used. */
  synchronized Set<String> tokens() {
    return Set.copyOf(tokens);
  }

  /** Returns the maximum number of concurrent calls. */
  synchronized int mostAtOnce() {
    return mostAtOnce;
  }

  /** Waits until at least this many calls have been answered; returns false after one minute. */
  public synchronized boolean await(int infos, int certificates) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (infos() < infos || certificates() < certificates) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  private int count(String ending) {
    int sum = 0;
    for (Map.Entry<String, Integer> call : calls.entrySet()) {
      sum += call.getKey().contains(ending + " ") ? call.getValue() : 0;
    }
    return sum;
  }

  private synchronized void begin() {
    atOnce++;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
  }

  private synchronized void end(String path, String token) {
    atOnce--;
    calls.merge(path + " " + token, 1, Integer::sum);
    tokens.add(token);
    notifyAll();
  }

  private void serve(HttpExchange exchange) throws IOException {
    begin();
    String path = exchange.getRequestURI().getPath();
    String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    try (exchange) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(behind + real(path)))
              .method(
                  exchange.getRequestMethod(),
                  HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
              .header("Authorization", token)
              .header("Content-Type", "application/json")
              .build();
      HttpResponse<byte[]> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
      end(path, token); // before the client can begin the next call
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String real(String path) {
    String name = path.endsWith("/connectionInfo") ? instance.name() : clusterOf(instance.name());
    String method =
        path.endsWith("/connectionInfo") ? "/connectionInfo" : path.substring(colon(path));
    return "/v1beta/" + name + method;
  }

  private static int colon(String path) {
    return path.lastIndexOf(':');
  }

  private static String clusterOf(String name) {
    return name.substring(0, name.indexOf("/instances/"));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
