package io.github.alloydbagent.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.status.Refreshable;
import io.github.alloydbagent.time.HeldTimer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WebServerTest {
  private static final String URI = "projects/p/locations/l/clusters/c/instances/primary";

  private final Instances instances = new Instances();
  private final InstanceStatus status = NoEvents.status(URI, () -> "app@p", () -> 5_000);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<Socket> clients = new ArrayList<>();
  private final Semaphore dialsBegun = new Semaphore(0);
  private final Semaphore dialsMayEnd = new Semaphore(1);
  private IOException refusal;
  private WebServer server;

  @BeforeEach
  void start() throws Exception {
    instances.add(status);
    server = start(0);
  }

  private WebServer start(int port) throws IOException {
    return start(port, Thread::new, timer);
  }

  private WebServer start(int port, ThreadFactory threads, ScheduledExecutorService deadlines)
      throws IOException {
    return WebServer.start(
        "127.0.0.1",
        port,
        instances,
        s -> {
          dialsBegun.release();
          dialsMayEnd.acquireUninterruptibly();
          dialsMayEnd.release();
          if (refusal != null) {
            throw refusal;
          }
        },
        "1.2.3",
        threads,
        deadlines,
        new Log(LogLevel.OFF, System.err));
  }

  private void restart(ThreadFactory threads, ScheduledExecutorService deadlines)
      throws IOException {
    server.close();
    server = start(0, threads, deadlines);
  }

  @AfterEach
  void stop() throws Exception {
    dialsMayEnd.release();
    for (Socket client : clients) {
      client.close();
    }
    server.close();
    timer.shutdownNow();
  }

  @Test
  void isStartedAfterEveryInstanceWasTried() throws Exception {
    assertThat(get("/startup"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("starting\n" + URI + ": connection info is being fetched\n");
    status.refreshFailed("not today");
    assertThat(get("/startup")).startsWith("HTTP/1.1 200 ").endsWith("started\n");
  }

  @Test
  void isReadyWithConnectionInfo() throws Exception {
    assertThat(get("/readiness")).startsWith("HTTP/1.1 503 ");
    status.refreshFailed("not today");
    assertThat(get("/readiness"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith("not ready: 1 of 1\n" + URI + ": not today\n");
    status.refreshed(1_000, 9_000);
    assertThat(get("/readiness")).startsWith("HTTP/1.1 200 ").endsWith("ready: 1 of 1\n");
  }

  @Test
  void isReadyOnDemand() throws Exception {
    status.setRefreshable(
        new Refreshable() {
          @Override
          public void refresh(long timeoutMillis) {}

          @Override
          public long nextRefreshMillis() {
            return 0;
          }

          @Override
          public boolean isValid() {
            return status.certificateEnd() > 0;
          }

          @Override
          public boolean isLazy() {
            return true;
          }
        });
    assertThat(get("/startup")).startsWith("HTTP/1.1 200 ");
    assertThat(get("/readiness")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void dialsWhenAsked() throws Exception {
    status.refreshed(1_000, 9_000);
    assertThat(get("/readiness?check=dial")).startsWith("HTTP/1.1 200 ");
    refusal = new IOException("TCP to PRIVATE 10.0.0.1:5433 failed");
    assertThat(get("/readiness?check=dial"))
        .startsWith("HTTP/1.1 503 ")
        .endsWith(URI + ": TCP to PRIVATE 10.0.0.1:5433 failed\n");
    assertThat(get("/readiness")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void minReadyLimitsTheRequiredInstances() throws Exception {
    InstanceStatus other = NoEvents.status(URI + "2", () -> "app@p", () -> 5_000);
    other.refreshed(1_000, 9_000);
    instances.add(other);
    assertThat(get("/readiness")).startsWith("HTTP/1.1 503 ");
    assertThat(get("/readiness?min-ready=1")).startsWith("HTTP/1.1 200 ").endsWith("1 of 2\n");
    assertThat(get("/readiness?min-ready=2")).startsWith("HTTP/1.1 503 ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/readiness?check=ping|check=ping is unknown; the only check is check=dial",
        "/readiness?min-ready=many|min-ready=many is not a number"
      })
  void rejectsInvalidParameters(String path, String message) throws Exception {
    assertThat(get(path)).startsWith("HTTP/1.1 400 ").endsWith(message + "\n");
  }

  @Test
  void isAliveDuringFailures() throws Exception {
    status.refreshFailed("not today");
    assertThat(get("/liveness")).startsWith("HTTP/1.1 200 ").endsWith("alive\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:80", "127.0.0.1:9", "10.1.2.3", "[::1]:80"})
  void acceptsAddressesAsHost(String host) throws Exception {
    assertThat(ask("GET", "/liveness", host)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:80", "127.0.0.1.evil.example", "cafe"})
  void rejectsNamesThatMayResolveToThisMachine(String host) throws Exception {
    assertThat(ask("GET", "/status.json", host))
        .startsWith("HTTP/1.1 421 ")
        .contains(" is not this server: use an IP address, localhost, or the value of http-address")
        .doesNotContain(URI);
  }

  @Test
  void refusesARequestWithoutAHost() throws Exception {
    assertThat(say("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ").doesNotContain(URI);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
  void rejectsOtherMethods(String method) throws Exception {
    assertThat(ask(method, "/status.json", "localhost"))
        .startsWith("HTTP/1.1 405 ")
        .contains("Allow: GET, HEAD")
        .doesNotContain(URI);
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    assertThat(ask("HEAD", "/status.json", "localhost"))
        .startsWith("HTTP/1.1 200 ")
        .doesNotContain(URI);
  }

  @Test
  void listsThePathsIfAPathIsUnknown() throws Exception {
    assertThat(get("/quitquitquit"))
        .startsWith("HTTP/1.1 404 ")
        .endsWith(
            "not found; the paths are /, /status.json, /metrics, /startup, /liveness,"
                + " /readiness\n");
  }

  @Test
  void contentSecurityPolicyAllowsOnlyItsOwnStyle() throws Exception {
    assertThat(get("/"))
        .contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-")
        .contains("X-Content-Type-Options: nosniff")
        .contains("Cache-Control: no-store")
        .doesNotContain("Access-Control-")
        .doesNotContain("<script")
        .doesNotContain(" style=")
        .doesNotContain("http:")
        .doesNotContain("https:");
  }

  @Test
  void escapesMessagesOfServers() throws Exception {
    status.refreshFailed("<script>alert(\"1\")</script> & more");
    assertThat(get("/"))
        .contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more")
        .doesNotContain("<script");
  }

  @Test
  void showsHowOftenAndSinceWhenAnErrorOccurred() throws Exception {
    status.refreshFailed("it returned HTTP 503 after 12 ms");
    status.refreshFailed("it returned HTTP 503 after 14 ms");
    assertThat(get("/"))
        .contains("1970-01-01T00:00:05Z, 2 times since 1970-01-01T00:00:05Z</time>it returned");
    assertThat(get("/status.json"))
        .contains("{\"time\":5000,\"firstTime\":5000,\"times\":2,\"message\":\"it returned")
        .contains("\"identity\":\"1\"");
  }

  @Test
  void closesAConnectionWithAnEndlessLine() throws Exception {
    StringBuilder line = new StringBuilder("GET /");
    for (int i = 0; i < 5_000; i++) {
      line.append('x');
    }
    assertThat(say(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n")).doesNotContain(" 200 ");
    assertThat(get("/liveness")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void answersProbesWhileConnectionsAreHalfOpen() throws Exception {
    for (int i = 0; i < 60; i++) {
      Socket client = client();
      if (i % 2 == 0) {
        client.getOutputStream().write("GET /live".getBytes(StandardCharsets.US_ASCII));
      }
    }
    for (int i = 0; i < 3; i++) {
      assertThat(getWithin(2_000, "/liveness")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void closesTheOldestHalfOpenConnectionWhenTooManyAreOpen() throws Exception {
    Socket oldest = client();
    for (int i = 0; i < 20; i++) {
      client();
    }
    oldest.setSoTimeout(2_000);
    assertThat(endOf(oldest)).isTrue();
    Socket newest = clients.get(clients.size() - 1);
    newest.setSoTimeout(2_000);
    newest
        .getOutputStream()
        .write(
            "GET /liveness HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    assertThat(newest.getInputStream().read()).isEqualTo('H');
  }

  /** Each byte would restart the timeout of a socket. */
  @Test
  void cutsOffARequestThatTrickles() throws Exception {
    HeldTimer deadlines = new HeldTimer();
    restart(Thread::new, deadlines);
    Socket client = client();
    client.getOutputStream().write('G');
    HeldTimer.Held end = deadlines.take();
    assertThat(end.delayMillis()).isBetween(1_000L, 10_000L);
    client.getOutputStream().write('E');
    end.run();
    client.setSoTimeout(2_000);
    assertThat(endOf(client)).isTrue();
  }

  @Test
  void livenessNeverWaitsForDials() throws Exception {
    status.refreshed(1_000, 9_000);
    dialsMayEnd.acquire();
    for (int i = 0; i < 20; i++) {
      client()
          .getOutputStream()
          .write(
              "GET /readiness?check=dial HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      if (i == 3) {
        assertThat(dialsBegun.tryAcquire(4, 10, TimeUnit.SECONDS)).isTrue();
      }
    }
    for (int i = 0; i < 3; i++) {
      assertThat(getWithin(2_000, "/liveness")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(getWithin(2_000, "/readiness?check=dial"))
        .startsWith("HTTP/1.1 503 ")
        .contains("4 requests with check=dial are already running");
    dialsMayEnd.release();
    for (Socket first : clients.subList(0, 4)) {
      first.setSoTimeout(10_000);
      assertThat(first.getInputStream().read()).as("the answer to a dial").isEqualTo('H');
    }
  }

  @Test
  void survivesAnyThrowableWhileAccepting() throws Exception {
    AtomicInteger threads = new AtomicInteger();
    Thread.UncaughtExceptionHandler ignored = (thread, error) -> {};
    restart(
        task -> {
          int count = threads.incrementAndGet();
          if (count == 2) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          if (count == 3) {
            throw new StackOverflowError();
          }
          Thread thread = new Thread(task);
          thread.setUncaughtExceptionHandler(ignored);
          return thread;
        },
        timer);
    for (int i = 0; i < 2; i++) {
      Socket lost = client();
      lost.setSoTimeout(5_000);
      assertThat(endOf(lost)).as("the connection that could not be served is closed").isTrue();
    }
    assertThat(getWithin(10_000, "/liveness")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void doesNotSpinWhileEveryConnectionFails() throws Exception {
    AtomicInteger threads = new AtomicInteger();
    restart(
        task -> {
          if (threads.incrementAndGet() > 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          return new Thread(task);
        },
        timer);
    List<Long> ends = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket lost = client();
      lost.setSoTimeout(10_000);
      assertThat(endOf(lost)).isTrue();
      ends.add(System.nanoTime());
    }
    assertThat(ends.get(3) - ends.get(0)).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(250));
  }

  private Socket client() throws IOException {
    Socket client = new Socket("127.0.0.1", server.port());
    clients.add(client);
    return client;
  }

  private static boolean endOf(Socket client) throws IOException {
    try {
      return client.getInputStream().read() < 0;
    } catch (java.net.SocketException e) {
      return true; // reset
    }
  }

  private String getWithin(int millis, String path) throws IOException {
    return say("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n", millis);
  }

  @Test
  void aPortInUseIsAnError() {
    assertThatThrownBy(() -> start(server.port())).isInstanceOf(BindException.class);
  }

  private String get(String path) throws IOException {
    return ask("GET", path, "127.0.0.1:" + server.port());
  }

  private String ask(String method, String path, String host) throws IOException {
    return say(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }

  private String say(String request) throws IOException {
    return say(request, 20_000);
  }

  private String say(String request, int timeoutMillis) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(timeoutMillis);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      try {
        for (int next = in.read(); next >= 0; next = in.read()) {
          answer.write(next);
        }
      } catch (java.net.SocketException e) {
        // reset after the response, if part of the request was not read
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }
}
