package io.github.alloydbagent.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.log.Level;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.status.Refreshing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebServerTest {
  private static final String URI = "projects/p/locations/l/clusters/c/instances/primary";

  private final Instances instances = new Instances();
  private final InstanceStatus status = NoEvents.status(URI, () -> "app@p", () -> 5_000);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private IOException refusal;
  private WebServer server;

  @BeforeEach
  void start() throws Exception {
    instances.add(status);
    server = start(0);
  }

  private WebServer start(int port) throws IOException {
    return WebServer.start(
        "127.0.0.1",
        port,
        instances,
        s -> {
          if (refusal != null) {
            throw refusal;
          }
        },
        "1.2.3",
        Thread::new,
        timer,
        new Log(Level.OFF, System.err));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    timer.shutdownNow();
  }

  @Test
  void isStartedOnceEveryInstanceWasTried() throws Exception {
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
    status.refreshedBy(
        new Refreshing() {
          @Override
          public void refresh(long timeoutMillis) {}

          @Override
          public long nextRefreshMillis() {
            return 0;
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
  void soManyInstancesAreEnough() throws Exception {
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
        "/readiness?check=ping|check=ping is unknown: check=dial is what there is",
        "/readiness?min-ready=many|min-ready=many is no number"
      })
  void saysWhatIsWrongWithAQuestion(String path, String message) throws Exception {
    assertThat(get(path)).startsWith("HTTP/1.1 400 ").endsWith(message + "\n");
  }

  @Test
  void isAliveWhateverFails() throws Exception {
    status.refreshFailed("not today");
    assertThat(get("/liveness")).startsWith("HTTP/1.1 200 ").endsWith("alive\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:80", "127.0.0.1:9", "10.1.2.3", "[::1]:80"})
  void answersToAddresses(String host) throws Exception {
    assertThat(ask("GET", "/liveness", host)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:80", "127.0.0.1.evil.example", "cafe"})
  void refusesNamesThatSomebodyMayHavePointedHere(String host) throws Exception {
    assertThat(ask("GET", "/status.json", host))
        .startsWith("HTTP/1.1 421 ")
        .contains(" is not this one: use an IP address, localhost, or what http-address is")
        .doesNotContain(URI);
  }

  @Test
  void refusesARequestWithoutAHost() throws Exception {
    assertThat(say("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ").doesNotContain(URI);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE"})
  void changesNothing(String method) throws Exception {
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
  void namesWhatThereIs() throws Exception {
    assertThat(get("/quitquitquit"))
        .startsWith("HTTP/1.1 404 ")
        .endsWith(
            "not found; there are /, /status.json, /metrics, /startup, /liveness, /readiness\n");
  }

  @Test
  void allowsBrowsersNothingButItsOwnStyle() throws Exception {
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
  void whatServersSayIsTextOnThePage() throws Exception {
    status.refreshFailed("<script>alert(\"1\")</script> & more");
    assertThat(get("/"))
        .contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more")
        .doesNotContain("<script");
  }

  @Test
  void cutsOffALineWithoutEnd() throws Exception {
    StringBuilder line = new StringBuilder("GET /");
    for (int i = 0; i < 5_000; i++) {
      line.append('x');
    }
    assertThat(say(line + " HTTP/1.1\r\nHost: localhost\r\n\r\n")).doesNotContain(" 200 ");
    assertThat(get("/liveness")).startsWith("HTTP/1.1 200 ");
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
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      try {
        for (int next = in.read(); next >= 0; next = in.read()) {
          answer.write(next);
        }
      } catch (java.net.SocketException e) {
        // reset after the answer, where some of the request was not read
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }
}
