package io.github.alloydbagent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.Targets;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.refresh.ClientKey;
import io.github.alloydbagent.time.Deadline;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connects to one instance among many whose API is slow or never responds. */
@Timeout(60)
class ManySlowInstancesTest {
  private static final int OTHERS = 120;

  private static final CompletableFuture<ClientKey> KEY =
      CompletableFuture.completedFuture(ClientKey.generate());

  /**
   * Milliseconds per response: long enough that all responses together take far longer than a test.
   */
  private static final long RESPONSE_MILLIS = 100;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AgentThreads agents = AgentThreads.start(new Log(LogLevel.OFF, System.err));
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch reached = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    server.setExecutor(threads);
    server.createContext("/slow", exchange -> answer(exchange, RESPONSE_MILLIS));
    server.createContext("/hanging", exchange -> answer(exchange, Long.MAX_VALUE));
    server.createContext("/healthy", exchange -> answer(exchange, 0));
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    agents.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange, long delay) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean info = path.endsWith("/connectionInfo");
    if (info) {
      asked.add(path.replaceAll(".*/instances/(.*)/connectionInfo", "$1"));
    }
    if (path.contains("the-one") && info) {
      reached.countDown();
    }
    try (exchange) {
      boolean unused = over.await(delay, TimeUnit.MILLISECONDS);
      // a refusal ends a fetch permanently
      byte[] body =
          (info ? "{\"ipAddress\": \"10.0.0.1\"}" : "{}").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(info ? 200 : 403, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String mapping(String instance, String api) {
    return "host-"
        + instance
        + "=projects/p/locations/l/clusters/c-"
        + instance
        + "/instances/"
        + instance
        + "?api-endpoint=http://127.0.0.1:"
        + server.getAddress().getPort()
        + "/"
        + api;
  }

  private Settings settings(String others, String one) throws Exception {
    List<String> mappings = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      mappings.add(mapping("other-" + i, others));
    }
    mappings.add(mapping("the-one", one));
    return Settings.read(
        null,
        Map.of(
            "alloydb.agent.instances",
            String.join(",", mappings),
            "alloydb.agent.access-token",
            "t"),
        Map.of(),
        new File("none"));
  }

  private Targets prepared(Settings settings) {
    Targets targets =
        Targets.ofThisJvm(agents, settings, () -> KEY, "a/1", new Log(LogLevel.OFF, System.err));
    targets.prepare(settings.mappings());
    return targets;
  }

  @Test
  void aConnectionToTheLastOfManyDoesNotWaitForThoseFetchedAhead() throws Exception {
    Settings settings = settings("slow", "slow");
    Targets targets = prepared(settings);
    assertThatThrownBy(
            () ->
                targets
                    .targetOf(settings.mappings().get(OTHERS))
                    .connectionInfo()
                    .get(Deadline.inMillis(50_000)))
        .hasMessageContaining("403");
    assertThat(asked.indexOf("the-one")).as("its place among all").isBetween(0, 15);
    assertThat(asked.size()).as("those that were asked for by then").isLessThan(OTHERS / 2);
  }

  @Test
  void aConnectionIsMadeWhileManyOthersHang() throws Exception {
    Settings settings = settings("hanging", "healthy");
    Targets targets = prepared(settings);
    for (int i = 0; i < 30; i++) {
      int other = i;
      threads.execute(
          () -> {
            try {
              targets
                  .targetOf(settings.mappings().get(other))
                  .connectionInfo()
                  .get(Deadline.inMillis(50_000));
            } catch (IOException e) {
              // the test is over
            }
          });
    }
    while (asked.size() < 30) { // fetches that a connection waits for start immediately
      Thread.onSpinWait();
    }
    assertThatThrownBy(
            () ->
                targets
                    .targetOf(settings.mappings().get(OTHERS))
                    .connectionInfo()
                    .get(Deadline.inMillis(50_000)))
        .hasMessageContaining("403");
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(over.getCount()).as("the others hang").isOne();
  }
}
