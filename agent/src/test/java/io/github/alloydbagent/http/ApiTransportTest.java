package io.github.alloydbagent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import io.github.alloydbagent.net.NameLookup;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.time.Cancellation;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.HeldTimer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the bytes on the wire, with a server that sends exactly what a test specifies. */
@Timeout(30)
class ApiTransportTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private HttpTransport transport =
      new ApiTransport(null, timer, Runnable::run, Runnable::run).create();

  /** For each connection, the heads of its requests and the bytes that followed them. */
  private final List<List<String>> connections = new ArrayList<>();

  private final List<Socket> open = new ArrayList<>();
  private ServerSocket server;
  private volatile String answer = OK;

  /** Sent repeatedly afterwards; null for nothing. */
  private volatile @Nullable String trickle;

  /** Ends when the server may respond. */
  private volatile CountDownLatch hold = new CountDownLatch(0);

  private final CountDownLatch ended = new CountDownLatch(1);

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    closeConnections();
    threads.shutdownNow();
    timer.shutdownNow();
  }

  private void closeConnections() throws IOException {
    synchronized (connections) {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        List<String> requests = new ArrayList<>();
        synchronized (connections) {
          connections.add(requests);
          open.add(socket);
        }
        threads.execute(() -> serve(socket, requests));
      } catch (IOException e) {
        return; // the test has ended
      }
    }
  }

  private void serve(Socket socket, List<String> requests) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        StringBuilder request = new StringBuilder();
        int length = 0;
        for (; !line.isEmpty(); line = in.readLine()) {
          request.append(line).append('\n');
          if (line.startsWith("Content-Length: ")) {
            length = Integer.parseInt(line.substring(16));
          }
        }
        for (int i = 0; i < length; i++) {
          request.append((char) in.read());
        }
        synchronized (connections) {
          requests.add(request.toString());
        }
        hold.await();
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        while (trickle != null) {
          Thread.sleep(50); // the server's pace
          socket.getOutputStream().write(trickle.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (answer.contains("Connection: close")) {
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      // the client has disconnected, or the test has ended
    } finally {
      ended.countDown();
    }
  }

  private List<List<String>> connections() {
    synchronized (connections) {
      return List.copyOf(connections);
    }
  }

  private HttpRequest request(String method, @Nullable HttpContent content) throws IOException {
    return transport
        .createRequestFactory()
        .buildRequest(
            method,
            new GenericUrl("http://127.0.0.1:" + server.getLocalPort() + "/a%20b?c=d%26e"),
            content)
        .setThrowExceptionOnExecuteError(false);
  }

  private HttpResponse get() throws IOException {
    return request("GET", null).execute();
  }

  @Test
  void sendsARequestAndReturnsTheResponse() throws Exception {
    answer =
        "HTTP/1.1 404 Not There\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 7\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";

    HttpRequest request = request("GET", null);
    request.getHeaders().setAuthorization("Bearer t").setUserAgent("agent").set("x-a", "b");
    HttpResponse response = request.setSuppressUserAgentSuffix(true).execute();

    assertThat(response.getStatusCode()).isEqualTo(404);
    assertThat(response.getStatusMessage()).isEqualTo("Not There");
    assertThat(response.getContentType()).isEqualTo("text/plain; charset=utf-8");
    assertThat(response.getHeaders().getRetryAfter()).isEqualTo("7");
    assertThat(response.parseAsString()).isEqualTo("hi");
    assertThat(connections().get(0).get(0))
        .startsWith("GET /a%20b?c=d%26e HTTP/1.1\n")
        .contains("\nHost: 127.0.0.1:" + server.getLocalPort() + "\n")
        .containsIgnoringCase("\nauthorization: Bearer t\n")
        .containsIgnoringCase("\nuser-agent: agent\n")
        .contains("\nx-a: b\n")
        .doesNotContainIgnoringCase("accept-encoding");
  }

  @Test
  void sendsContent() throws Exception {
    HttpContent content = ByteArrayContent.fromString("application/json; charset=utf-8", "{1}");

    assertThat(request("POST", content).execute().parseAsString()).isEqualTo("hi");

    assertThat(connections().get(0).get(0))
        .startsWith("POST /a%20b?c=d%26e HTTP/1.1\n")
        .contains("\nContent-Type: application/json; charset=utf-8\n")
        .contains("\nContent-Length: 3\n")
        .endsWith("{1}");
  }

  @Test
  void keepsAConnectionForTheNextCall() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(get().parseAsString()).isEqualTo("hi");
    }

    assertThat(connections()).hasSize(1);
    assertThat(connections().get(0)).hasSize(3);
  }

  /** The response is never closed, and nothing waits for that. */
  @Test
  void keepsAConnectionWhoseResponseIsNotRead() throws Exception {
    get();
    get();

    assertThat(connections()).hasSize(1);
  }

  @Test
  void opensANewConnectionIfTheServerClosedTheOldOne() throws Exception {
    get();
    closeConnections();

    assertThat(get().parseAsString()).isEqualTo("hi");
    assertThat(connections()).hasSize(2);
  }

  @Test
  void keepsNoConnectionThatTheServerWillClose() throws Exception {
    answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";

    get();
    get();

    assertThat(connections()).hasSize(2);
  }

  @Test
  void limitsTheNumberOfIdleConnections() throws Exception {
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  get();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    int opened = connections().size();
    for (int i = 0; i < 8; i++) {
      get();
    }
    assertThat(connections()).hasSize(opened);
  }

  private void awaitRequests(int count) throws InterruptedException {
    while (connections().stream().mapToInt(List::size).sum() < count) {
      Thread.sleep(5); // the server's pace
    }
  }

  /** Makes idle connections, all last used at the same time. */
  private void keep(int count) throws Exception {
    hold = new CountDownLatch(1);
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(threads.submit(this::get));
    }
    awaitRequests(count);
    hold.countDown();
    for (Future<?> call : calls) {
      call.get();
    }
    assertThat(connections()).hasSize(count);
  }

  /** A NAT gateway that restarts drops all idle connections together, and tells nobody. */
  @Test
  void aSlowCallDiscreditsTheConnectionsThatWereIdleWhenItStarted() throws Exception {
    long[] millis = {0};
    transport =
        new ApiTransport(null, timer, Runnable::run, Runnable::run, clock(millis), 30_000).create();
    keep(4);
    millis[0] = 1_000;
    hold = new CountDownLatch(1);
    Future<HttpResponse> slow = threads.submit(this::get);
    awaitRequests(5);
    millis[0] = 3_000; // the call may still be answered
    Future<HttpResponse> next = threads.submit(this::get);
    awaitRequests(6);
    assertThat(connections()).as("no call is slow yet").hasSize(4);
    millis[0] = 4_001;
    Future<HttpResponse> fresh = threads.submit(this::get);
    awaitRequests(7);
    assertThat(connections()).as("on a new connection").hasSize(5);
    assertThat(ended.await(10, TimeUnit.SECONDS)).as("the others are closed").isTrue();

    hold.countDown();
    assertThat(slow.get().parseAsString()).isEqualTo("hi");
    assertThat(next.get().parseAsString()).isEqualTo("hi");
    assertThat(fresh.get().parseAsString()).isEqualTo("hi");
    get();
    assertThat(connections()).as("what has responded since is used again").hasSize(5);
  }

  @Test
  void aCallThatTimesOutDiscreditsTheConnectionsThatWereIdleWhenItStarted() throws Exception {
    keep(3);
    answer = "";
    assertThatThrownBy(() -> request("GET", null).setReadTimeout(50).execute())
        .isInstanceOf(SocketTimeoutException.class);
    answer = OK;

    for (int i = 0; i < 3; i++) {
      assertThat(get().parseAsString()).isEqualTo("hi");
    }
    assertThat(connections()).as("one new connection").hasSize(4);
    assertThat(connections().get(3)).hasSize(3);
  }

  /** Google's HTTP library follows redirects by default, and repeats the whole request. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsNoRedirectWhateverTheRequestSays(int status) throws Exception {
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      other.setSoTimeout(1);
      answer =
          "HTTP/1.1 "
              + status
              + " Elsewhere\r\nLocation: http://me:secret-1@localhost:"
              + other.getLocalPort()
              + "/token?assertion=secret-2#secret-3\r\nContent-Length: 0\r\n\r\n";
      for (String method : List.of("GET", "POST")) {
        HttpContent content =
            method.equals("POST") ? ByteArrayContent.fromString("text/plain", "signed") : null;
        HttpRequest request = request(method, content).setFollowRedirects(true);

        assertThatThrownBy(request::execute)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("http://127.0.0.1:" + server.getLocalPort())
            .hasMessageContaining("HTTP " + status)
            .hasMessageContaining("http://localhost:" + other.getLocalPort())
            .hasMessageContaining("redirect")
            .hasMessageNotContaining("secret");
      }
      assertThatThrownBy(other::accept)
          .as("connections to the other server")
          .isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(connections()).as("one connection, which is used again").hasSize(1);
  }

  @Test
  void doesNotNameAnInvalidRedirectTarget() {
    for (String location : List.of("/elsewhere?secret", "http://[secret", "::")) {
      answer = "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";

      assertThatThrownBy(this::get)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("HTTP 302")
          .hasMessageNotContaining("secret");
    }
  }

  /** Such as 304, which is not a redirect. */
  @Test
  void acceptsResponsesWithoutARedirectTarget() throws Exception {
    answer = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n";

    assertThat(get().getStatusCode()).isEqualTo(302);
  }

  @Test
  void reportsTheAddressThatRefusedTheConnection() throws Exception {
    String url;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + free.getLocalPort();
    }
    HttpRequest request =
        transport.createRequestFactory().buildGetRequest(new GenericUrl(url + "/a"));

    assertThatThrownBy(request::execute)
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connect to " + url + " [/127.0.0.1] failed: Connection refused");
  }

  @Test
  void rejectsOtherSchemesThanHttp() {
    ApiConnections none =
        new ApiConnections(
            null,
            new Proxies(new Properties(), Map.of()),
            new SocksProxies(new Properties(), Map.of()),
            timer,
            new NameLookup(Runnable::run),
            Runnable::run,
            Clock.SYSTEM);
    for (String url : List.of("ftp://127.0.0.1/a", "http:///a", "file:/a")) {
      assertThatThrownBy(
              () ->
                  new ApiCall(
                      "GET", url, none, host -> new CallDeadline(host, 1, timer, Clock.SYSTEM)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("not an http or https URL with a host: " + url);
    }
  }

  private void callsTake(long millis) {
    transport =
        new ApiTransport(null, timer, Runnable::run, Runnable::run, Clock.SYSTEM, millis).create();
  }

  /** Every byte would restart the socket's own timeout. */
  @Test
  void endsACallWhoseAnswerTrickles() {
    callsTake(600);
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    trickle = "x";
    assertEndsInTime();
  }

  @Test
  void endsACallWhoseHeadTrickles() {
    callsTake(600);
    answer = "HTTP/1.1 200 OK\r\nA: ";
    trickle = "b";
    assertEndsInTime();
  }

  @Test
  void endsACallWithInterimAnswersWithoutEnd() {
    callsTake(600);
    answer = "HTTP/1.1 102 Processing\r\n\r\n";
    trickle = answer;
    assertEndsInTime();
  }

  @Test
  void endsACallThatIsCancelled() throws Exception {
    hold = new CountDownLatch(1);
    Cancellation cancellation = new Cancellation();
    Future<HttpResponse> call = threads.submit(() -> cancellation.run(this::get));
    awaitRequests(1);
    cancellation.cancel();
    assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(SocketException.class)
        .hasMessageContaining("was not complete after");
    assertThatThrownBy(() -> cancellation.run(this::get))
        .as("another call, such as for the token of an impersonated account")
        .isInstanceOf(SocketTimeoutException.class);
  }

  private void assertEndsInTime() {
    long start = System.nanoTime();
    assertThatThrownBy(this::get)
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage(
            "the call to http://127.0.0.1:%s was not complete after 0.6 s; it was still waiting"
                + " for the response",
            server.getLocalPort());
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
  }

  /** Ten addresses that drop packets must not block a thread for a hundred seconds. */
  @Test
  void sharesTheTimeAmongTheAddressesOfAName() {
    Deadline all = Deadline.inMillis(20_000, clock(0));
    assertThat(ApiConnections.addressTimeoutMillis(all, 1, 10_000)).isEqualTo(10_000);
    assertThat(ApiConnections.addressTimeoutMillis(all, 2, 10_000)).isEqualTo(10_000);
    assertThat(ApiConnections.addressTimeoutMillis(all, 4, 10_000)).isEqualTo(5_000);
    assertThat(ApiConnections.addressTimeoutMillis(all, 16, 10_000))
        .as("one lost packet")
        .isEqualTo(2_000);
    assertThat(ApiConnections.addressTimeoutMillis(all, 16, 500))
        .as("a call in a hurry")
        .isEqualTo(500);
    long[] millis = {0};
    Deadline running = Deadline.inMillis(20_000, clock(millis));
    for (int left = 16; running.remainingMillis() > 0; left--) {
      assertThat(left).isPositive();
      millis[0] += ApiConnections.addressTimeoutMillis(running, left, 10_000);
    }
    assertThat(millis[0]).isEqualTo(20_000);
  }

  private static Clock clock(long... millis) {
    return new Clock() {
      @Override
      public long wallMillis() {
        return 0;
      }

      @Override
      public long nanoTime() {
        return TimeUnit.MILLISECONDS.toNanos(millis[0]);
      }
    };
  }

  @Test
  void schedulesOnlyTheCleanUpAfterACallInTime() throws Exception {
    HeldTimer held = new HeldTimer();
    transport = new ApiTransport(null, held, Runnable::run, Runnable::run).create();
    for (int i = 0; i < 5; i++) {
      get();
    }
    assertThat(held.pending()).hasSize(1);
    assertThat(held.pending().get(0).delayMillis()).isBetween(50_000L, 60_000L);
  }

  /** The server closes its end at about that time, and the next call may be an hour away. */
  @Test
  void closesIdleConnectionsAfterAMinute() throws Exception {
    HeldTimer held = new HeldTimer();
    long[] millis = {0};
    Queue<Runnable> workers = new ConcurrentLinkedQueue<>();
    transport =
        new ApiTransport(null, held, Runnable::run, workers::add, clock(millis), 30_000).create();
    get();
    HeldTimer.Held cleanUp = held.pending().get(0);
    assertThat(cleanUp.delayMillis()).isEqualTo(60_000);
    millis[0] = 59_000;
    cleanUp.run();
    assertThat(workers).as("none is old yet").isEmpty();
    assertThat(held.pending()).hasSize(1);
    millis[0] = 60_000;
    held.pending().get(0).run();
    assertThat(workers).hasSize(1);
    assertThat(held.pending()).as("nothing is idle, nothing scheduled").isEmpty();
    workers.remove().run();

    assertThat(ended.await(10, TimeUnit.SECONDS)).as("the server sees the end").isTrue();
    get();
    assertThat(connections()).hasSize(2);
  }

  @Test
  void closesExpiredConnectionsEvenIfTheWorkersThrow() throws Exception {
    HeldTimer held = new HeldTimer();
    long[] millis = {0};
    Executor workers =
        task -> {
          throw new OutOfMemoryError("thrown by a test");
        };
    transport =
        new ApiTransport(null, held, Runnable::run, workers, clock(millis), 30_000).create();
    get();
    millis[0] = 60_000;
    held.pending().get(0).run();

    assertThat(ended.await(10, TimeUnit.SECONDS)).as("the server sees the end").isTrue();
  }

  @Test
  void timesOutACallWithoutAResponse() {
    answer = "";

    assertThatThrownBy(() -> request("GET", null).setReadTimeout(50).execute())
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("Read timed out");
  }

  @Test
  void reportsThatTheServerClosedTheConnection() {
    answer = "\r\n"; // not a response yet

    assertThatThrownBy(
            () -> {
              threads.execute(this::hangUp);
              get();
            })
        .isInstanceOf(IOException.class)
        .hasMessage(
            "http://127.0.0.1:"
                + server.getLocalPort()
                + " closed the connection without a response");
  }

  private void hangUp() {
    try {
      while (connections().isEmpty() || connections().get(0).isEmpty()) {
        Thread.sleep(5);
      }
      synchronized (connections) {
        for (Socket socket : open) {
          socket.shutdownOutput();
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void rejectsResponsesThatAreNotHttp() {
    answer = "SSH-2.0-OpenSSH_9.2\r\n\r\n";

    assertThatThrownBy(this::get)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("http://127.0.0.1:" + server.getLocalPort() + " sent a response")
        .hasMessageContaining("not HTTP");
  }

  @Test
  void rejectsAnEndlessHead() {
    answer = "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(1000) + "\r\n";
    assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasMessageContaining("header");

    answer = "HTTP/1.1 200 OK\r\nA: " + "b".repeat(100_000) + "\r\n\r\n";
    assertThatThrownBy(this::get).isInstanceOf(IOException.class).hasMessageContaining("line");
  }

  @Test
  void reportsATruncatedResponse() {
    answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nhi";

    assertThatThrownBy(this::get)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Premature end of Content-Length delimited message body");
  }
}
