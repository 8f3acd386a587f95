package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.auth.oauth2.AccessToken;
import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.TestApiExceptions;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.TestSettings;
import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.credentials.TestIdentity;
import io.github.alloydbagent.crypto.TestAuthority;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.LogLevel;
import io.github.alloydbagent.net.SocksProxies;
import io.github.alloydbagent.refresh.ClientCertificate;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.refresh.TestConnectionInfo;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.NoEvents;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.time.VirtualTime;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Dials servers on loopback addresses with real TLS. Connection info and tokens are fetched on a
 * real timer; deadlines that matter are on a virtual clock, which a server advances while the dial
 * waits for it.
 */
@Timeout(60)
class ConnectorTest {
  private static final String HOST = "orders-db:5432";
  private static final String PRIVATE = "127.0.0.1";
  private static final String PUBLIC = "127.0.0.2";
  private static final String NOWHERE = "127.0.0.3";

  private static TestAuthority authority;
  private static SSLContext serverContext;
  private static ClientCertificate certificate;

  private final VirtualTime time = new VirtualTime();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Log log =
      new Log(LogLevel.INFO, new PrintStream(said, true, StandardCharsets.UTF_8));
  private final Connector connector = connector("");

  /** What the Admin API answers, call by call; the last answer repeats. */
  private final Queue<Supplier<CompletableFuture<ConnectionInfo>>> infos =
      new ConcurrentLinkedQueue<>();

  /** Whether each fetch of connection info had to return another certificate. */
  private final List<Boolean> fetches = new CopyOnWriteArrayList<>();

  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();
  private final List<String> stages = new ArrayList<>();
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final List<Socket> sockets = new ArrayList<>();
  private FakeProxy proxy;
  private FakeProxy publicProxy;
  private Target target;

  @BeforeAll
  static void issueCertificates() throws Exception {
    authority = new TestAuthority();
    serverContext = authority.server(PRIVATE, PUBLIC);
    certificate = TestConnectionInfo.certificate(authority.client());
  }

  @BeforeEach
  void start() throws Exception {
    proxy = new FakeProxy(serverContext, PRIVATE, 0);
    publicProxy = new FakeProxy(serverContext, PUBLIC, proxy.port());
    target = target();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    proxy.close();
    publicProxy.close();
  }

  /**
   * @param socksProxy empty for none
   */
  private Connector connector(String socksProxy) {
    SocksProxies proxies = new SocksProxies(new Properties(), Map.of("ALL_PROXY", socksProxy));
    return new Connector(
        "agent/1", time.timer(), new SocketConnector(proxies, Runnable::run), time, log);
  }

  private Target target(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of("server-port", String.valueOf(proxy.port())));
    Mapping mapping = TestSettings.mapping(all.toArray(new String[0]));
    Identity identity =
        TestIdentity.of(
            mapping.settings().identity(),
            this::token,
            TlsPair.TIMER,
            Runnable::run,
            Clock.SYSTEM,
            new Jitter(() -> 0.5));
    InstanceStatus status =
        NoEvents.status(mapping.instance().uri(), () -> "app@p", time::wallMillis);
    ConnectionInfoCache cache =
        new ConnectionInfoCache(
            status,
            true,
            outdated -> {
              fetches.add(outdated != null);
              return (infos.size() > 1 ? infos.remove() : infos.element()).get();
            },
            TlsPair.TIMER,
            Clock.SYSTEM,
            new Jitter(() -> 0.5),
            new Log(LogLevel.OFF, System.err));
    return new Target(mapping, identity, cache, background::add, time.timer(), time, log);
  }

  @SuppressWarnings("JavaUtilDate") // google-auth's type
  private AccessToken token(Scope scope) throws CredentialsException {
    String next = tokens.size() > 1 ? tokens.remove() : tokens.peek();
    if (next == null) {
      throw TestIdentity.failure(true);
    }
    return new AccessToken(next, new Date(System.currentTimeMillis() + 3_600_000));
  }

  /** Adds an answer of the Admin API. */
  private void answer(Addresses addresses, ClientCertificate issued) {
    infos.add(() -> CompletableFuture.completedFuture(new ConnectionInfo(addresses, issued)));
  }

  private void at(String privateIp) {
    answer(new Addresses(privateIp, null, null), certificate);
  }

  /**
   * Makes connection info and a token available, so that a dial does not wait for them and only a
   * server advances the time. The last check of a deadline ends such an advance.
   */
  private void fetch() throws Exception {
    target.connectionInfo().get(Deadline.inMillis(20_000));
    target.identity().token(Scope.LOGIN).get(20, TimeUnit.SECONDS);
  }

  private Socket connect() throws IOException {
    return connect(Deadline.inMillis(20_000));
  }

  private Socket connect(Deadline deadline) throws IOException {
    Socket socket =
        connector.connect(
            HOST,
            target,
            deadline,
            (stage, address) -> stages.add(stage + (address == null ? "" : " to " + address)));
    sockets.add(socket);
    return socket;
  }

  private <E extends Throwable> E failure(Class<E> type) {
    return failure(type, Deadline.inMillis(20_000));
  }

  private <E extends Throwable> E failure(Class<E> type, Deadline deadline) {
    E failure = catchThrowableOfType(type, () -> connect(deadline));
    assertThat(failure).as("failure").isExactlyInstanceOf(type);
    return failure;
  }

  private String at(FakeProxy server, String address) {
    return address + ":" + server.port();
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private static void assertEchoes(Socket socket) throws IOException {
    socket.getOutputStream().write(42);
    assertThat(socket.getInputStream().read()).isEqualTo(42);
  }

  @Test
  void opensATunnelStageByStage() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    assertEchoes(connect());

    String to = " to PRIVATE " + at(proxy, PRIVATE);
    assertThat(stages)
        .containsExactly(
            "credentials", "Admin API", "TCP", "TCP" + to, "TLS" + to, "metadata exchange" + to);
    assertThat(proxy.requests)
        .singleElement()
        .asString()
        .contains("agent/1")
        .contains("\u0010\u0001") // authentication by the database
        .endsWith("t1");
    assertThat(target.status().connects()).isEqualTo(1);
    assertThat(target.tunnels().count()).isEqualTo(1);
    assertThat(time.periodic()).as("checks of the deadline").isZero();
    assertThat(said())
        .contains("host " + HOST + " is connected to ")
        .contains("clusters/c/instances/i")
        .contains(" at PRIVATE " + at(proxy, PRIVATE));
  }

  @Test
  void logsTheFirstConnectionOnly() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    connect();
    said.reset();
    connect();
    assertThat(said()).isEmpty();
  }

  @Test
  void requestsAnIamLoginFromTheServer() throws Exception {
    target = target("enable-iam-auth", "true");
    at(PRIVATE);
    tokens.add("t1");
    connect();
    assertThat(proxy.requests).singleElement().asString().contains("\u0010\u0002");
  }

  @Test
  void failsBeforeItDialsIfTheIamUserIsUnknown() {
    target = target("enable-iam-auth", "true", "iam-user", "auto");
    at(PRIVATE);
    tokens.add("t1");
    assertThat(failure(TunnelException.class).errorCode()).isEqualTo(ErrorCode.IAM_USER_UNKNOWN);
    assertThat(proxy.accepted()).isZero();
  }

  @Test
  void usesAWarmTunnelBeforeItDials() throws Exception {
    target = target("warm-tunnels", "1");
    at(PRIVATE);
    tokens.add("t1");
    connect();
    runBackground();
    assertThat(target.warmTunnels().count()).isEqualTo(1);
    assertThat(proxy.accepted()).as("the tunnel and a spare").isEqualTo(2);
    proxy.stopListening();
    stages.clear();

    assertEchoes(connect());

    assertThat(stages).containsExactly("credentials", "Admin API");
    assertThat(target.tunnels().count()).isEqualTo(2);
    assertThat(target.status().connects()).isEqualTo(2);
    assertThat(target.status().ipType()).isEqualTo("PRIVATE");
    assertThat(target.status().address()).isEqualTo(at(proxy, PRIVATE));
  }

  @Test
  void dialsIfTheWarmTunnelHasEnded() throws Exception {
    target = target("warm-tunnels", "1");
    at(PRIVATE);
    tokens.add("t1");
    connect();
    runBackground();
    proxy.cut();
    time.freeze(1_000);
    assertEchoes(connect());
    assertThat(proxy.accepted()).isEqualTo(3);
  }

  @Test
  void aFailedWarmDialIsNotReported() throws Exception {
    target = target("warm-tunnels", "1");
    at(PRIVATE);
    tokens.add("t1");
    connect();
    proxy.stopListening();
    said.reset();
    runBackground();
    assertThat(target.warmTunnels().count()).isZero();
    assertThat(said()).isEmpty();
    assertThat(target.status().connectFailuresByStage()).isEmpty();
  }

  private void runBackground() {
    for (Runnable next = background.poll(); next != null; next = background.poll()) {
      next.run();
    }
  }

  @Test
  void followsAMovedInstance() throws Exception {
    at(NOWHERE);
    at(PRIVATE);
    tokens.add("t1");
    assertEchoes(connect());
    assertThat(fetches).as("only the addresses can be stale").containsExactly(false, false);
    assertThat(target.status().connectFailuresByStage()).isEmpty();
    assertThat(said()).contains(" at PRIVATE " + at(proxy, PRIVATE));
  }

  /** Packets to the old address are often dropped: there is no time left for a retry. */
  @Test
  void theNextConnectionFollowsAMovedInstanceWhoseAddressIsSilent() throws Exception {
    at(NOWHERE);
    at(PRIVATE);
    tokens.add("t1");
    fetch();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName(PRIVATE))) {
      Thread network = new Thread(() -> drop(silent, 3_000));
      network.start();
      assertThatThrownBy(
              () ->
                  connector("socks5://127.0.0.1:" + silent.getLocalPort())
                      .connect(HOST, target, Deadline.inMillis(3_000, time)))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("TCP to PRIVATE " + at(proxy, NOWHERE));
      network.join();
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (target
        .connectionInfo()
        .cached()
        .addresses()
        .byType()
        .get(IpType.PRIVATE)
        .equals(NOWHERE)) {
      assertThat(System.nanoTime()).as("fetched in the background").isLessThan(end);
      Thread.onSpinWait();
    }
    assertEchoes(connect());
    assertThat(fetches).as("the certificate is not to blame").containsExactly(false, false);
  }

  /** Accepts a connection and lets time pass. */
  private void drop(ServerSocket listener, long millis) {
    try (Socket accepted = listener.accept()) {
      int unused = accepted.getInputStream().read(); // the client waits from now on
      time.advance(millis);
    } catch (IOException e) {
      // the client has disconnected
    }
  }

  @Test
  void retriesOnceOnly() {
    at(NOWHERE);
    at(NOWHERE);
    at(PRIVATE);
    tokens.add("t1");
    assertThat(failure(ConnectException.class))
        .hasMessageContaining(ErrorCode.TCP_REFUSED.toString());
    assertThat(fetches).hasSize(2);
    assertThat(proxy.accepted()).isZero();
  }

  @Test
  void doesNotRetryWithoutNewerInfo() {
    at(NOWHERE);
    infos.add(() -> CompletableFuture.failedFuture(TestApiExceptions.status(403, 0)));
    tokens.add("t1");
    ConnectException failure = failure(ConnectException.class);
    assertThat(failure)
        .as("the failure of the connection is more useful")
        .hasMessageContaining(HOST)
        .hasMessageContaining("clusters/c/instances/i")
        .hasMessageContaining("TCP to PRIVATE " + at(proxy, NOWHERE));
    assertThat(failure.getCause()).isInstanceOf(ConnectException.class);
    assertThat(fetches).hasSize(2);
  }

  @Test
  void renewsACertificateThatTheServerRejects() throws Exception {
    SSLContext other = new TestAuthority().client();
    answer(new Addresses(PRIVATE, null, null), TestConnectionInfo.certificate(other));
    at(PRIVATE);
    tokens.add("t1");
    assertEchoes(connect());
    assertThat(fetches).containsExactly(false, true);
  }

  @Test
  void reportsAServerOfAnotherAuthority() throws Exception {
    proxy.close();
    int port = proxy.port();
    proxy = new FakeProxy(new TestAuthority().server(PRIVATE), PRIVATE, port);
    at(PRIVATE);
    tokens.add("t1");
    assertThat(failure(TunnelException.class).errorCode())
        .isEqualTo(ErrorCode.SERVER_CERTIFICATE_AUTHORITY);
    assertThat(fetches).as("the authority may have changed").containsExactly(false, true);
    assertThat(proxy.requests).as("tokens sent to a stranger").isEmpty();
    assertThat(target.status().connectFailuresByStage()).containsOnlyKeys("TLS");
  }

  @Test
  void replacesARevokedToken() throws Exception {
    at(PRIVATE);
    tokens.addAll(List.of("t1", "t2"));
    proxy.refusal = request -> request.endsWith("t1") ? "token revoked" : null;
    assertEchoes(connect());
    assertThat(proxy.requests).extracting(ConnectorTest::lastTwo).containsExactly("t1", "t2");
    assertThat(fetches).as("connection info is not to blame").containsExactly(false);
  }

  @Test
  void replacesARevokedTokenOnceOnly() throws Exception {
    at(PRIVATE);
    tokens.addAll(List.of("t1", "t2", "t3"));
    connect();
    proxy.requests.clear();
    proxy.refusal = request -> "no role for " + lastTwo(request);
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.EXCHANGE_REFUSED);
    assertThat(failure)
        .hasMessageContaining("no role for (the token)")
        .hasMessageContaining("roles/alloydb.client");
    assertThat(proxy.requests).extracting(ConnectorTest::lastTwo).containsExactly("t1", "t2");
  }

  @Test
  void doesNotRepeatTheSameToken() {
    at(PRIVATE);
    tokens.add("t1");
    proxy.refusal = request -> "no role";
    failure(TunnelException.class);
    assertThat(proxy.requests).hasSize(1);
  }

  @Test
  void theRefusalIsReportedIfThereIsNoOtherToken() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    fetch();
    tokens.clear();
    proxy.refusal = request -> "no role";
    assertThat(failure(TunnelException.class).errorCode()).isEqualTo(ErrorCode.EXCHANGE_REFUSED);
  }

  /** A refusal that follows a success means that the token was revoked. */
  @Test
  void replacesAgainATokenThatHasWorked() throws Exception {
    at(PRIVATE);
    tokens.addAll(List.of("t1", "t2", "t3"));
    proxy.refusal = request -> request.endsWith("t1") ? "revoked" : null;
    connect();
    proxy.refusal = request -> request.endsWith("t2") ? "revoked" : null;
    assertEchoes(connect());
    assertThat(proxy.requests)
        .extracting(ConnectorTest::lastTwo)
        .containsExactly("t1", "t2", "t2", "t3");
  }

  @Test
  void aMovedInstanceAndARevokedTokenInOneConnection() throws Exception {
    at(NOWHERE);
    at(PRIVATE);
    tokens.addAll(List.of("t1", "t2"));
    proxy.refusal = request -> request.endsWith("t1") ? "revoked" : null;
    assertEchoes(connect());
    assertThat(proxy.requests).extracting(ConnectorTest::lastTwo).containsExactly("t1", "t2");
    assertThat(fetches).hasSize(2);
  }

  private static String lastTwo(String text) {
    return text.substring(text.length() - 2);
  }

  @Test
  void dialsTheTypesOfAddressesInOrder() throws Exception {
    target = target("ip-type", "PUBLIC,PRIVATE");
    answer(new Addresses(PRIVATE, PUBLIC, null), certificate);
    tokens.add("t1");
    connect();
    assertThat(publicProxy.accepted()).isEqualTo(1);
    assertThat(proxy.accepted()).isZero();
    publicProxy.close();
    connect();
    assertThat(proxy.accepted()).isEqualTo(1);
    assertThat(fetches).as("another address is tried first").hasSize(1);
  }

  @Test
  void resolvesAName() throws Exception {
    proxy.close();
    int port = proxy.port();
    proxy = new FakeProxy(authority.server("localhost"), PRIVATE, port);
    target = target("ip-type", "PSC");
    answer(new Addresses(null, null, "localhost"), certificate);
    tokens.add("t1");
    assertEchoes(connect());
    assertThat(said()).contains(" at PSC localhost:" + proxy.port());
  }

  @Test
  void skipsTypesThatTheInstanceLacks() throws Exception {
    target = target("ip-type", "PSC,PUBLIC,PRIVATE");
    at(PRIVATE);
    tokens.add("t1");
    assertEchoes(connect());
  }

  @Test
  void reportsTheAddressesOfAnInstanceWithoutAWantedOne() {
    target = target("ip-type", "PSC,PUBLIC");
    at(PRIVATE);
    tokens.add("t1");
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.NO_ADDRESS);
    assertThat(failure)
        .hasMessageContaining("no PSC or PUBLIC address")
        .hasMessageContaining("PRIVATE " + PRIVATE)
        .hasMessageContaining("ip-type");
  }

  @Test
  void reportsAnInstanceWithoutAddresses() {
    answer(new Addresses(null, null, null), certificate);
    tokens.add("t1");
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.NO_ADDRESS);
    assertThat(failure).hasMessageContaining("no PRIVATE address");
  }

  @Test
  void reportsTheFailuresOfAllAddresses() throws Exception {
    target = target("ip-type", "PUBLIC,PRIVATE");
    answer(new Addresses(PRIVATE, PUBLIC, null), certificate);
    tokens.add("t1");
    proxy.close();
    publicProxy.close();
    assertThat(failure(ConnectException.class))
        .hasMessageContaining("TCP to PRIVATE " + at(proxy, PRIVATE) + " failed")
        .hasMessageContaining("before that, PUBLIC " + at(publicProxy, PUBLIC));
  }

  /** A refusal would be the same through another address. */
  @Test
  void aRefusalIsNotRepeatedAtTheNextAddress() {
    target = target("ip-type", "PUBLIC,PRIVATE");
    answer(new Addresses(PRIVATE, PUBLIC, null), certificate);
    tokens.add("t1");
    publicProxy.refusal = request -> "no role";
    failure(TunnelException.class);
    assertThat(proxy.accepted()).isZero();
  }

  @Test
  void aSilentAddressLeavesTimeForTheNext() throws Exception {
    target = target("ip-type", "PUBLIC,PRIVATE");
    answer(new Addresses(PRIVATE, PUBLIC, null), certificate);
    tokens.add("t1");
    fetch();
    publicProxy.beforeHandshake = tcp -> time.advance(5_000);
    Deadline deadline = Deadline.inMillis(10_000, time);
    assertEchoes(connect(deadline));
    assertThat(deadline.remainingMillis()).isBetween(4_990L, 5_000L);
    assertThat(publicProxy.requests).isEmpty();
  }

  @Test
  void reportsTimeoutsOfAllAddresses() throws Exception {
    target = target("ip-type", "PUBLIC,PRIVATE");
    answer(new Addresses(PRIVATE, PUBLIC, null), certificate);
    tokens.add("t1");
    fetch();
    publicProxy.beforeHandshake = tcp -> time.advance(5_000);
    proxy.beforeHandshake = tcp -> time.advance(5_000);
    assertThat(failure(SocketTimeoutException.class, Deadline.inMillis(10_000, time)))
        .hasMessageContaining(ErrorCode.TLS_TIMEOUT.toString())
        .hasMessageContaining("TLS to PRIVATE " + at(proxy, PRIVATE))
        .hasMessageContaining("timed out after 10000 ms")
        .hasMessageContaining(
            "before that, PUBLIC " + at(publicProxy, PUBLIC) + ": timed out after 5000 ms");
    assertThat(fetches).as("there is no time for a retry").hasSize(1);
  }

  @Test
  void endsAtItsDeadlineDuringTheHandshake() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    fetch();
    proxy.beforeHandshake = tcp -> time.advance(3_000);
    assertThat(failure(SocketTimeoutException.class, Deadline.inMillis(3_000, time)))
        .hasMessageContaining(ErrorCode.TLS_TIMEOUT.toString())
        .hasMessageContaining("timed out after 3000 ms");
    assertThat(target.status().connectFailuresByStage()).containsOnlyKeys("TLS");
    assertThat(time.periodic()).as("checks of the deadline").isZero();
  }

  @Test
  void blamesTheSlowestStageAtTheDeadline() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    fetch();
    proxy.beforeHandshake = tcp -> time.advance(1_000);
    proxy.beforeAnswer = tcp -> time.advance(2_000);
    assertThat(failure(SocketTimeoutException.class, Deadline.inMillis(3_000, time)))
        .hasMessageContaining(ErrorCode.EXCHANGE_TIMEOUT.toString())
        .hasMessageContaining("TLS 1000 ms, metadata exchange 2000 ms");
  }

  @Test
  void reportsAServerThatHangsUp() throws Exception {
    answer(new Addresses(PRIVATE, null, null), validUntil("2100-01-01T00:00:00Z"));
    answer(new Addresses(PRIVATE, null, null), validUntil("2100-01-02T00:00:00Z"));
    tokens.add("t1");
    proxy.beforeAnswer = Socket::close;
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.EXCHANGE_CLOSED);
    assertThat(failure).hasMessageContaining("valid until 2100-01-02");
    assertThat(fetches).as("the certificate may be outdated").containsExactly(false, true);
  }

  @Test
  void reportsTheCertificateThatCouldNotBeRenewed() throws Exception {
    answer(new Addresses(PRIVATE, null, null), validUntil("2100-01-01T00:00:00Z"));
    infos.add(() -> CompletableFuture.failedFuture(TestApiExceptions.status(403, 0)));
    tokens.add("t1");
    proxy.beforeAnswer = Socket::close;
    assertThat(failure(TunnelException.class)).hasMessageContaining("valid until 2100-01-01");
  }

  private static ClientCertificate validUntil(String end) {
    long endMillis = Instant.parse(end).toEpochMilli();
    return new ClientCertificate(
        certificate.context(), List.of(), Clock.SYSTEM, endMillis, endMillis);
  }

  @Test
  void reportsWhyThereIsNoToken() {
    at(PRIVATE);
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.TOKEN_SERVER_FAILED);
    assertThat(failure).hasMessageContaining("credentials failed").hasMessageContaining(HOST);
    assertThat(said()).contains("WARN", ErrorCode.TOKEN_SERVER_FAILED + ": no connection to host");
    assertThat(target.status().connectFailuresByStage()).containsOnlyKeys("credentials");
    assertThat(proxy.accepted()).isZero();
  }

  @Test
  void reportsWhyThereIsNoConnectionInfo() {
    infos.add(() -> CompletableFuture.failedFuture(TestApiExceptions.status(403, 0)));
    tokens.add("t1");
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.API_REFUSED);
    assertThat(failure).hasMessageContaining("Admin API failed").hasMessageContaining("HTTP 403");
    assertThat(said()).as("the failed fetch is logged already").isEmpty();
    assertThat(target.status().connectFailuresByStage()).containsOnlyKeys("Admin API");
  }

  @Test
  void blamesTheTokenThatTheAdminApiCallLacked() {
    infos.add(() -> CompletableFuture.failedFuture(TestIdentity.failure(true)));
    tokens.add("t1");
    assertThat(failure(TunnelException.class)).hasMessageContaining("credentials failed");
    assertThat(target.status().connectFailuresByStage()).containsOnlyKeys("credentials");
  }

  @Test
  void aRetiredTargetIsNotDialed() {
    at(PRIVATE);
    tokens.add("t1");
    target.retire();
    failure(RemappedException.class);
    assertThat(proxy.accepted()).isZero();
  }

  @Test
  void closesATunnelToATargetThatIsRetiredMeanwhile() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    proxy.beforeAnswer = tcp -> target.retire();
    failure(RemappedException.class);
    proxy.awaitEnd();
    assertThat(target.status().connectFailuresByStage()).as("the caller follows").isEmpty();
    assertThat(said()).isEmpty();
  }

  /** Like the driver's own calls, which on platform threads ignore interrupts. */
  @Test
  void anInterruptedPlatformThreadConnects() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    Thread.currentThread().interrupt();
    Socket socket;
    try {
      socket = connect();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertEchoes(socket);
  }

  @Test
  void anInterruptIsNotLogged() throws Exception {
    answer(new Addresses(PRIVATE, null, null), failing(new InterruptedIOException("interrupted")));
    tokens.add("t1");
    assertThat(failure(InterruptedIOException.class))
        .hasMessageContaining(ErrorCode.INTERRUPTED.toString())
        .hasMessageContaining("TLS to PRIVATE " + at(proxy, PRIVATE));
    assertThat(said()).isEmpty();
  }

  /** The JDK's TLS throws it while an application registers security providers. */
  @Test
  void convertsAnErrorAndClosesTheSocket() throws Exception {
    NoClassDefFoundError thrown = new NoClassDefFoundError("sun.security.ssl.X");
    answer(new Addresses(PRIVATE, null, null), failing(thrown));
    tokens.add("t1");
    TunnelException failure = failure(TunnelException.class);
    assertThat(failure.errorCode()).isEqualTo(ErrorCode.UNEXPECTED);
    assertThat(failure)
        .hasCause(thrown)
        .hasMessageContaining(HOST)
        .message()
        .as("the server is not to blame")
        .doesNotContain("Check that an AlloyDB instance");
    proxy.awaitEnd();
    assertThat(time.periodic()).as("checks of the deadline").isZero();
  }

  /** Returns a certificate whose handshakes end with this failure. */
  private static ClientCertificate failing(Throwable failure) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new FailingTrust(failure)}, null);
    return TestConnectionInfo.certificate(context);
  }

  @Test
  void logsAnOutageAndItsEnd() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    proxy.refusal = request -> "no role";
    failure(TunnelException.class);
    assertThat(said())
        .contains("WARN")
        .contains(ErrorCode.EXCHANGE_REFUSED + ": no connection to host " + HOST);
    said.reset();
    failure(TunnelException.class);
    assertThat(said()).as("throttled").isEmpty();
    proxy.refusal = request -> null;
    connect();
    assertThat(said()).contains("after 2 failures");
    said.reset();
    connect();
    assertThat(said()).isEmpty();
  }

  @Test
  void recordsTheLatency() throws Exception {
    at(PRIVATE);
    tokens.add("t1");
    fetch();
    proxy.beforeAnswer = tcp -> time.advance(700);
    connect();
    assertThat(target.status().latencies().sumMillis()).isBetween(700.0, 701.0);
  }

  private static final class FailingTrust extends X509ExtendedTrustManager {
    private final Throwable failure;

    FailingTrust(Throwable failure) {
      this.failure = failure;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private <E extends Throwable> void fail() throws E {
      throw (E) failure; // unchecked, whatever it is
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      this.<RuntimeException>fail();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      this.<RuntimeException>fail();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      this.<RuntimeException>fail();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
