package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.alloydb.connectors.v1.MetadataExchangeResponse;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@AlloyDbTest
class ServerSideProxyTest {
  private static final String CLUSTER = LocalAlloyDbBuilder.CLUSTER;
  private static final String OTHER_CLUSTER = CLUSTER.replace("orders", "shop");

  private static LocalAlloyDb alloyDb;
  private static HandMadeConnector connector;
  private static LocalInstance instance;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary", a -> a.withPublicIp(Addresses.free()))
        .user("app", "secret")
        .cluster(OTHER_CLUSTER)
        .instance("other")
        .iamUser("Jane@example.com");
  }

  @BeforeAll
  static void start() throws Exception {
    connector = new HandMadeConnector(alloyDb);
    instance = alloyDb.instance("primary");
  }

  @AfterEach
  void heal() {
    instance.handshakeTrouble().clear();
    instance.exchangeTrouble().clear();
    instance.answerSslRequests(SslAnswer.NO);
    instance.showRightCertificate();
    alloyDb.cluster(CLUSTER).certificateLife(Duration.ofDays(1));
    alloyDb.permissions().grant(LocalAlloyDbBuilder.ACCOUNT, IamRole.values());
  }

  @Test
  void rejectsTlsBefore13() throws Exception {
    SSLContext context = connector.tls(instance);
    try (SSLSocket old = (SSLSocket) context.getSocketFactory().createSocket()) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      old.connect(new InetSocketAddress(instance.addresses().privateIp(), 5433), 5000);
      assertThatThrownBy(old::startHandshake).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void requiresAClientCertificate() throws Exception {
    assertRefusedAfterHandshake(HandMadeConnector.tls(List.of(), ca()));
  }

  @Test
  void rejectsExpiredClientCertificate() throws Exception {
    alloyDb.cluster(CLUSTER).certificateLife(Duration.ofSeconds(-1));

    assertRefusedAfterHandshake(connector.tls(instance));
  }

  @Test
  void rejectsCertificateThatExpiredAfterItsTlsSessionBegan() throws Exception {
    alloyDb.cluster(CLUSTER).certificateLife(Duration.ofSeconds(2));
    SSLContext context = connector.tls(instance);
    connector.tunnel(instance, context, false).close();
    connector.tunnel(instance, context, false).close();
    assertThat(instance.exchanges()).last().matches(Exchange::resumed);

    Thread.sleep(
        2000); // certificates have whole seconds only, and the JDK checks them against its own
    // clock

    assertRefusedAfterHandshake(context);
  }

  @Test
  void rejectsClientCertificateOfThePreviousAuthority() throws Exception {
    List<X509Certificate> before = chain(alloyDb.cluster(CLUSTER));
    alloyDb.cluster(CLUSTER).renewAuthority();

    assertRefusedAfterHandshake(HandMadeConnector.tls(before, ca()));
    connector.tunnel(instance, connector.tls(instance), false).close();
  }

  @Test
  void presentsACertificateOfTheNewAuthority() throws Exception {
    SSLContext before = connector.tls(instance);
    alloyDb.cluster(CLUSTER).renewAuthority();

    assertThatThrownBy(() -> HandMadeConnector.dial(before, instance.addresses().privateIp()))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("PKIX path");
  }

  @Test
  void rejectsClientCertificateOfAnotherCluster() throws Exception {
    List<X509Certificate> other = chain(alloyDb.cluster(OTHER_CLUSTER));

    assertRefusedAfterHandshake(HandMadeConnector.tls(other, ca()));
  }

  @Test
  void resumesTlsSessions() throws Exception {
    SSLContext context = connector.tls(instance);
    connector.tunnel(instance, context, false).close();
    Exchange first = last();
    connector.tunnel(instance, context, false).close();

    assertThat(first.resumed()).isFalse();
    assertThat(last().resumed()).isTrue();
    assertThat(last().clientCertificate()).isEqualTo(first.clientCertificate());
  }

  @Test
  void closesTheConnectionBeforeAHandshake() throws Exception {
    instance.handshakeTrouble().set(HandshakeFault.HANG_UP);

    assertThatThrownBy(
            () -> HandMadeConnector.dial(connector.tls(instance), instance.addresses().privateIp()))
        .isInstanceOfAny(SSLException.class, SocketException.class, EOFException.class);
  }

  @Test
  void sendsAnAlertDuringAHandshake() throws Exception {
    SSLContext context = connector.tls(instance);
    instance.handshakeTrouble().set(HandshakeFault.ALERT, 1);

    assertThatThrownBy(() -> HandMadeConnector.dial(context, instance.addresses().privateIp()))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("handshake_failure");
    HandMadeConnector.dial(context, instance.addresses().privateIp()).close();
  }

  @Test
  void stallsAHandshake() throws Exception {
    instance.handshakeTrouble().set(HandshakeFault.STALL);
    SSLContext context = connector.tls(instance);

    try (Socket tcp = new Socket(instance.addresses().privateIp(), 5433);
        SSLSocket tls =
            (SSLSocket) context.getSocketFactory().createSocket(tcp, "alloydb", 5433, false)) {
      tcp.setSoTimeout(300);
      assertThatThrownBy(tls::startHandshake).hasStackTraceContaining("SocketTimeoutException");
    }
  }

  @Test
  void rejectsAValidCertificateIfConfigured() throws Exception {
    SSLContext context = connector.tls(instance);
    instance.handshakeTrouble().set(HandshakeFault.CERTIFICATE_REFUSED);

    assertRefusedAfterHandshake(context);
  }

  @Test
  void presentsACertificateForAnotherAddress() throws Exception {
    instance.showCertificateFor("127.9.9.9");

    assertThatThrownBy(
            () -> HandMadeConnector.dial(connector.tls(instance), instance.addresses().privateIp()))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("No subject alternative names matching IP address");
  }

  @Test
  void presentsACertificateOfAnotherAuthority() throws Exception {
    instance.showCertificateOfAnotherAuthority();

    assertThatThrownBy(
            () -> HandMadeConnector.dial(connector.tls(instance), instance.addresses().privateIp()))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("PKIX path");
  }

  @Test
  void movesToAnotherAddress() throws Exception {
    String before = instance.addresses().privateIp();
    instance.move(a -> a.withPrivateIp(Addresses.free()));

    assertThatThrownBy(() -> new Socket(before, 5433).close()).isInstanceOf(ConnectException.class);
    connector.tunnel(instance, connector.tls(instance), false).close();
    assertThat(last().address()).isEqualTo(instance.addresses().privateIp()).isNotEqualTo(before);
  }

  @Test
  void acceptsConnectionsAtItsPublicAddress() throws Exception {
    String address = instance.addresses().publicIp();

    HandMadeConnector.tunnel(
            address, connector.tls(instance), false, connector.token(HandMadeConnector.LOGIN))
        .close();
    assertThat(last().address()).isEqualTo(address);
  }

  @Test
  void rejectsUnknownToken() throws Exception {
    assertThat(answer("ya29.made-up")).isEqualTo("the OAuth2 token is invalid or has expired");
  }

  @Test
  void rejectsTokenWithoutTheLoginScope() throws Exception {
    String token =
        alloyDb
            .tokens()
            .issue(
                LocalAlloyDbBuilder.ACCOUNT,
                Set.of("https://www.googleapis.com/auth/userinfo.email"));

    assertThat(answer(token)).contains("lacks the scope " + HandMadeConnector.LOGIN);
  }

  @Test
  void rejectsIamLoginOfAPrincipalThatMayOnlyConnect() throws Exception {
    alloyDb.permissions().revoke(LocalAlloyDbBuilder.ACCOUNT, IamRole.DATABASE_USER);

    connector.tunnel(instance, connector.tls(instance), false).close();
    assertThatThrownBy(() -> connector.tunnel(instance, connector.tls(instance), true))
        .hasMessageContaining("lacks roles/alloydb.databaseUser");
  }

  @Test
  void acceptsTheLoginOfAUser() throws Exception {
    alloyDb.permissions().grant("Jane@example.com", IamRole.values());
    String token = alloyDb.tokens().issue("Jane@example.com", Set.of(HandMadeConnector.CLOUD));
    SSLSocket tls =
        HandMadeConnector.tunnel(
            instance.addresses().privateIp(), connector.tls(instance), true, token);
    try (tls) {
      assertThat(last().principal()).isEqualTo("Jane@example.com");
      assertThat(ServiceAccount.databaseUser(last().principal())).isEqualTo("jane@example.com");
    }
  }

  @Test
  void returnsAnErrorToAnExchange() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.error("on purpose"));

    assertThat(answer(connector.token(HandMadeConnector.LOGIN))).isEqualTo("on purpose");
  }

  @Test
  void stallsAnExchange() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.stall());

    try (SSLSocket tls = requested()) {
      tls.setSoTimeout(300);
      assertThatThrownBy(() -> tls.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void sendsAnExchangeResponseByteByByte() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.byteByByte());

    try (SSLSocket tls = requested()) {
      byte[] some = new byte[100];
      assertThat(tls.getInputStream().read(some)).isEqualTo(1);
      assertThat(tls.getInputStream().readNBytes(5)).containsExactly(0, 0, 2, 8, 1);
    }
    try (Connection connection = connector.connect(instance, false, "app", "secret")) {
      assertThat(LocalAlloyDbTest.ask(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void announcesALongResponse() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.claim(1L << 31));

    try (SSLSocket tls = requested()) {
      assertThat(tls.getInputStream().readNBytes(4)).containsExactly(0x80, 0, 0, 0);
    }
  }

  @Test
  void returnsAPostgresErrorToAnExchange() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.postgresError("no exchange here"));

    try (SSLSocket tls = requested()) {
      String answer = new String(tls.getInputStream().readAllBytes(), "UTF-8");
      assertThat(answer).startsWith("E").contains("SFATAL\0", "C28000\0", "Mno exchange here\0");
    }
  }

  @Test
  void closesTheConnectionDuringAnExchange() throws Exception {
    instance.exchangeTrouble().set(ExchangeFault.hangUp());

    try (SSLSocket tls = requested()) {
      assertThat(tls.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void killsConnections() throws Exception {
    try (Connection connection = connector.connect(instance, false, "app", "secret")) {
      assertThat(instance.openConnections()).isPositive();
      instance.killConnections();

      assertThatThrownBy(() -> LocalAlloyDbTest.ask(connection, "SELECT 1"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("I/O error");
    }
  }

  @Test
  void respondsToAnSslRequestWithN() throws Exception {
    try (Connection connection = preferringTls("prefer")) {
      assertThat(LocalAlloyDbTest.ask(connection, "SELECT 1")).isEqualTo("1");
    }
    assertThatThrownBy(() -> preferringTls("require").close())
        .hasMessageContaining("server does not support SSL");
  }

  @Test
  void respondsToAnSslRequestWithSAndASecondHandshake() throws Exception {
    instance.answerSslRequests(SslAnswer.YES);

    try (Connection connection = preferringTls("require")) {
      assertThat(LocalAlloyDbTest.ask(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void closesTheConnectionOnAnSslRequest() {
    instance.answerSslRequests(SslAnswer.HANG_UP);

    assertThatThrownBy(() -> preferringTls("require").close())
        .hasRootCauseInstanceOf(EOFException.class);
  }

  private static Connection preferringTls(String mode) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", "app");
    properties.setProperty("password", "secret");
    properties.setProperty("sslmode", mode);
    properties.setProperty("gssEncMode", "disable");
    return connector.connect(instance, false, properties);
  }

  private static X509Certificate ca() throws Exception {
    return HandMadeConnector.certificate(alloyDb.cluster(CLUSTER).caCertificate());
  }

  private static List<X509Certificate> chain(LocalCluster cluster) throws Exception {
    return HandMadeConnector.chain(
        HandMadeConnector.json(
            connector.certificate(
                connector.token(HandMadeConnector.CLOUD),
                cluster.name(),
                HandMadeConnector.certificateRequest(HandMadeConnector.publicKeyPem(), "3600s"))));
  }

  private static Exchange last() {
    List<Exchange> all = instance.exchanges();
    return all.get(all.size() - 1);
  }

  /** Opens a connection and requests the exchange without reading the response. */
  private static SSLSocket requested() throws Exception {
    SSLSocket tls =
        HandMadeConnector.dial(connector.tls(instance), instance.addresses().privateIp());
    HandMadeConnector.request(tls, false, connector.token(HandMadeConnector.LOGIN));
    return tls;
  }

  private static String answer(String token) throws Exception {
    try (SSLSocket tls =
        HandMadeConnector.dial(connector.tls(instance), instance.addresses().privateIp())) {
      MetadataExchangeResponse response = HandMadeConnector.exchange(tls, false, token);
      assertThat(response.getResponseCode()).isEqualTo(MetadataExchangeResponse.ResponseCode.ERROR);
      return response.getError();
    }
  }

  /** A TLS 1.3 client has completed its handshake before the server verifies its certificate. */
  private static void assertRefusedAfterHandshake(SSLContext context) {
    awaitIdle();
    long exchanges = instance.count(Served.EXCHANGE);
    long refused = instance.count(Served.HANDSHAKE_REFUSED);
    assertThatThrownBy(
            () -> {
              try (SSLSocket tls =
                  HandMadeConnector.dial(context, instance.addresses().privateIp())) {
                HandMadeConnector.exchange(tls, false, connector.token(HandMadeConnector.LOGIN));
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(instance.count(Served.EXCHANGE)).isEqualTo(exchanges);
    awaitIdle();
    assertThat(instance.count(Served.HANDSHAKE_REFUSED)).isEqualTo(refused + 1);
  }

  /** The proxy counts a refused handshake only after the client has been notified. */
  private static void awaitIdle() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (instance.openConnections() > 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(instance.openConnections()).isZero();
  }
}
