package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.failure.ApiFront.Reply;
import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Addresses;
import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.HandshakeFault;
import io.github.alloydbagent.local.IamRole;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the messages for failures between the instance's address and the metadata exchange. */
@AlloyDbTest
class ServerFailuresIT {

  /** Twenty concurrent first handshakes take long on a busy machine. */
  private static final String LONG_TIMEOUT = "&connectTimeout=25";

  private static final String EXPIRED_CLUSTER =
      "projects/local-project/locations/us-central1/clusters/expired";
  private static final String PASSWORD_ONLY = "password-only@local-project.iam.gserviceaccount.com";
  private static final List<String> INSTANCES =
      List.of(
          "other-address",
          "other-authority",
          "refuses-certificate",
          "alert",
          "hangs-up",
          "exchange-refuses",
          "exchange-by-bytes",
          "exchange-of-2-gb",
          "exchange-hangs-up",
          "exchange-garbage",
          "exchange-postgres",
          "private-alone");

  private static LocalAlloyDb alloyDb;
  private static Servers servers;
  private static ApiFront front;
  private static int closedPort;
  private static int postgres;
  private static Outcomes outcomes;
  private static Outcomes onJava8;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    LocalAlloyDbBuilder plan = Servers.alloyDb().instance("primary");
    INSTANCES.forEach(plan::instance);
    return plan.instance("all", a -> a.withPublicIp(Addresses.free()))
        .serviceAccount("app@local-project.iam.gserviceaccount.com")
        .serviceAccount(PASSWORD_ONLY, IamRole.CLIENT, IamRole.SERVICE_USAGE_CONSUMER)
        .cluster(EXPIRED_CLUSTER)
        .instance("expired-certificate");
  }

  @BeforeAll
  static void connectToEach() throws Exception {
    alloyDb.instance("other-address").showCertificateFor("10.9.9.9");
    alloyDb.instance("other-authority").showCertificateOfAnotherAuthority();
    alloyDb
        .instance("refuses-certificate")
        .handshakeTrouble()
        .set(HandshakeFault.CERTIFICATE_REFUSED);
    alloyDb.instance("alert").handshakeTrouble().set(HandshakeFault.ALERT);
    alloyDb.instance("hangs-up").handshakeTrouble().set(HandshakeFault.HANG_UP);
    exchange("exchange-refuses", ExchangeFault.error("not on a Monday"));
    exchange("exchange-by-bytes", ExchangeFault.byteByByte());
    exchange("exchange-of-2-gb", ExchangeFault.claim(2_000_000_000));
    exchange("exchange-hangs-up", ExchangeFault.hangUp());
    exchange("exchange-garbage", ExchangeFault.garbage());
    exchange("exchange-postgres", ExchangeFault.postgresError("no pg_hba.conf entry"));
    alloyDb.cluster(EXPIRED_CLUSTER).certificateLife(Duration.ZERO);
    servers = new Servers(alloyDb.instance("primary"));
    front = new ApiFront(alloyDb.adminUrl());
    closedPort = servers.closed();
    postgres = Integer.parseInt(alloyDb.postgresUrl().replaceAll(".*:(\\d+)/.*", "$1"));
    SSLServerSocket outdated =
        (SSLServerSocket) SSLServerSocketFactory.getDefault().createServerSocket();
    outdated.setEnabledProtocols(new String[] {"TLSv1.2"});
    String primary = alloyDb.instance("primary").name();
    String http = "HTTP/1.1 400 Bad Request\r\n\r\n";

    ManyHosts hosts = new ManyHosts(alloyDb);
    for (String name : INSTANCES) {
      hosts.map(name, alloyDb.instance(name).name());
    }
    hosts
        .map("expired-certificate", alloyDb.instance("expired-certificate").name())
        .map("nobody", primary + "?server-port=" + closedPort)
        .map(
            "http",
            primary + "?server-port=" + servers.answering(http.getBytes(StandardCharsets.US_ASCII)))
        .map("zeroes", primary + "?server-port=" + servers.answering(new byte[100]))
        .map(
            "outdated",
            primary
                + "?server-port="
                + servers.listening(outdated, client -> client.getInputStream().read()))
        .map(
            "postgres",
            primary
                + "?server-port="
                + postgres
                + "&api-endpoint="
                + apiWithAddresses("loopback", "{\"ipAddress\": \"127.0.0.1\"}"))
        .map(
            "iam-login",
            primary
                + "?enable-iam-auth=true&credentials-file="
                + alloyDb.credentialsFile(PASSWORD_ONLY))
        .map("no-psc", alloyDb.instance("all").name() + "?ip-type=PSC")
        .map("no-public", alloyDb.instance("private-alone").name() + "?ip-type=PUBLIC")
        .map("no-address", primary + "?api-endpoint=" + apiWithAddresses("none", "{}"))
        .map(
            "unresolved",
            primary
                + "?ip-type=PSC&api-endpoint="
                + apiWithAddresses("psc", "{\"pscDnsName\": \"no-such-name.invalid.\"}"))
        .map("orders-db", primary);
    for (String host : hosts.hosts()) {
      if (!host.equals("private-alone")) {
        hosts.connect(host, LONG_TIMEOUT);
      }
    }
    hosts.connect("failover", "nobody,orders-db", LONG_TIMEOUT);
    // at the same time, because most attempts wait for their deadline
    try (RunningJvm jvm = hosts.start();
        // its TLS implementation words many messages differently
        RunningJvm java8 = Jdk.find(8).map(jdk -> hosts.jvm(jdk).start()).orElse(null)) {
      outcomes = new Outcomes(jvm.await().checkSucceeded());
      if (java8 != null) {
        onJava8 = new Outcomes(java8.await().checkSucceeded());
      }
    }
  }

  private static void exchange(String instance, ExchangeFault fault) {
    alloyDb.instance(instance).exchangeTrouble().set(fault);
  }

  /** Returns the URL of an API whose instances have these addresses. */
  private static String apiWithAddresses(String name, String json) {
    return front.connectionInfo(name, call -> Reply.json(200, json));
  }

  @AfterAll
  static void stop() throws Exception {
    front.close();
    servers.close();
  }

  @Test
  void connectsToAHealthyInstance() {
    assertThat(outcomes.of("orders-db").text()).isEqualTo("app");
    assertThat(outcomes.jvm().err())
        .containsPattern(
            "INFO alloydb-agent: host orders-db:5432 is connected to \\S+/instances/primary at"
                + " PRIVATE 127\\.\\S+:5433, certificate valid until 20");
  }

  @Test
  void acceptsAnExchangeByteByByte() {
    assertThat(outcomes.of("exchange-by-bytes").text()).isEqualTo("app");
  }

  @Test
  void triesTheNextHostOfAList() {
    assertThat(outcomes.of("failover").text()).isEqualTo("app");
  }

  @Test
  void reportsTheAddressesOfAnInstanceWithoutTheRequestedOne() {
    Addresses all = alloyDb.instance("all").addresses();
    assertThat(outcomes.failure("no-psc"))
        .contains(
            "no connection to host no-psc:5432, which is mapped to "
                + alloyDb.instance("all").name()
                + ": TCP failed: the instance has no PSC address; it has PRIVATE "
                + all.privateIp()
                + ", PUBLIC "
                + all.publicIp()
                + ". Set ip-type to one of these. <-");
    assertThat(outcomes.failure("no-public"))
        .contains("the instance has no PUBLIC address; it has PRIVATE 127.");
    assertThat(outcomes.failure("no-address"))
        .contains(
            "the instance has no PRIVATE address; it has no address at all. Check whether it is"
                + " being created or deleted.");
  }

  @Test
  void reportsANameThatDoesNotResolve() {
    assertThat(outcomes.failure("unresolved"))
        .contains(
            "TCP to PSC no-such-name.invalid:5433 failed: the name does not resolve"
                + " (no-such-name.invalid")
        .contains(
            "Check that this machine's DNS resolves that name: Private Service Connect needs a"
                + " private zone with a record for it. Or choose another address with ip-type. <-")
        .contains("<- java.net.UnknownHostException");
  }

  @Test
  void aClosedPortIsAConnectException() {
    assertThat(outcomes.failure("nobody"))
        .contains("Connection to nobody:5432 refused.")
        .contains(
            "<- java.net.ConnectException: AlloyDB Agent: AAJ-401: no connection to host nobody:5432")
        .contains(
            "TCP to PRIVATE "
                + alloyDb.instance("primary").addresses().privateIp()
                + ":"
                + closedPort
                + " failed: Connection refused")
        .contains(
            "Check that the instance is running and that this machine can reach its PRIVATE address"
                + " on port "
                + closedPort
                + " (VPC, firewall), or choose another address with ip-type. <-");
  }

  @Test
  void reportsServersWithoutTls() {
    for (String host : List.of("http", "zeroes")) {
      assertThat(outcomes.failure(host))
          .contains("failed: Unsupported or unrecognized SSL message.");
    }
    for (String host : List.of("http", "zeroes", "postgres")) {
      assertThat(outcomes.failure(host))
          .contains(host + ":5432, which is mapped to ")
          .containsPattern(": TLS to PRIVATE 127[.0-9]+:\\d+ failed: ")
          .containsPattern(
              "Check that an AlloyDB instance's server-side proxy listens there \\(on"
                  + " port 5433; server-port is \\d+\\), and not PostgreSQL itself or something in"
                  + " between that terminates TLS\\. <-");
    }
    assertThat(outcomes.failure("postgres")).contains("TLS to PRIVATE 127.0.0.1:" + postgres);
  }

  @Test
  void reportsServersThatRefuseTheHandshake() {
    assertThat(withoutAlert(outcomes.failure("alert")))
        .contains(":5433 failed: Received fatal alert: handshake_failure. Check that an");
    assertThat(outcomes.failure("hangs-up"))
        .contains(": TLS to PRIVATE 127.")
        .contains("server-side proxy listens there (on port 5433), and not PostgreSQL");
  }

  @Test
  void reportsAServerWithoutTls13() {
    assertThat(withoutAlert(outcomes.failure("outdated")))
        .contains(
            "failed: Received fatal alert: protocol_version. The server does not speak TLS 1.3.");
  }

  @Test
  void reportsACertificateForAnotherAddress() {
    String address = String.valueOf(alloyDb.instance("other-address").addresses().privateIp());
    assertThat(withoutAlert(outcomes.failure("other-address")))
        .contains(
            "TLS to PRIVATE "
                + address
                + ":5433 failed: the server's certificate is valid for 10.9.9.9, not for "
                + address
                + ". The server's certificate is not for the address that was dialed: another"
                + " server answers there, or the instance's address has changed.");
  }

  /** JDKs from 19 on put the name of the TLS alert before the error. */
  private static String withoutAlert(String failure) {
    return failure.replaceAll(" failed: \\([a-z_]+\\) ", " failed: ");
  }

  @Test
  void reportsACertificateOfAnotherAuthority() {
    assertThat(outcomes.failure("other-authority"))
        .contains("TLS to PRIVATE 127.")
        .contains(
            "The server's certificate is not signed by the cluster's authority that the Admin API"
                + " returned: the server does not belong to that cluster, or the authority has"
                + " just changed and the next connection will succeed.");
  }

  @Test
  void reportsAnExpiredClientCertificate() {
    assertThat(outcomes.failure("expired-certificate"))
        .containsPattern(
            ": Admin API failed: the client certificate that the Admin API just issued is valid"
                + " until 20\\S+Z, and this machine's clock says 20\\S+Z: check the clock\\.");
  }

  @Test
  void reportsAClientCertificateThatTheServerRejects() {
    assertThat(outcomes.failure("refuses-certificate"))
        .containsPattern(": (TLS|metadata exchange) to PRIVATE 127[.0-9]+:5433 failed: ")
        .containsPattern(
            "A server that rejects the client certificate closes the connection like this\\. The"
                + " certificate is valid until 20\\S+Z, and this machine's clock says 20\\S+Z:"
                + " check the clock\\. The agent fetches a new certificate for the next"
                + " connection\\.");
  }

  @Test
  void reportsARefusedExchange() {
    assertThat(outcomes.failure("exchange-refuses"))
        .contains(
            ":5433 failed: the server refused: not on a Monday. Check that "
                + alloyDb.account().email()
                + " has roles/alloydb.client in the instance's project. <-");
    assertThat(outcomes.failure("iam-login"))
        .contains(
            ":5433 failed: the server refused: " + PASSWORD_ONLY + " lacks ",
            "Check that "
                + PASSWORD_ONLY
                + " has roles/alloydb.databaseUser and roles/alloydb.client in the instance's"
                + " project, and is a database user (of type IAM) of the cluster. <-");
  }

  @Test
  void reportsAnInvalidExchange() {
    assertThat(outcomes.failure("exchange-of-2-gb"))
        .contains(
            ": metadata exchange to PRIVATE 127.",
            ":5433 failed: the server announces a response of 2000000000 bytes, more than the"
                + " limit of 16384. Check that an AlloyDB instance's");
    assertThat(outcomes.failure("exchange-postgres"))
        .contains(
            ": metadata exchange to PRIVATE 127.",
            ":5433 failed: the server responds with a PostgreSQL error: FATAL: no pg_hba.conf"
                + " entry. Check that an AlloyDB instance's");
    assertThat(outcomes.failure("exchange-garbage"))
        .contains(": metadata exchange to PRIVATE 127.", "Check that an AlloyDB instance's");
    assertThat(outcomes.failure("exchange-hangs-up"))
        .contains(
            ": metadata exchange to PRIVATE 127.",
            ":5433 failed: the server closed the connection without a response. A server that"
                + " rejects the client certificate closes the connection like this.");
  }

  @Test
  void java8ReportsTheSameHints() {
    Jdk.require(8);
    assertThat(onJava8.of("orders-db").text()).isEqualTo("app");
    assertThat(onJava8.of("failover").text()).isEqualTo("app");
    assertThat(onJava8.failure("other-address"))
        .contains("The server's certificate is not for the address that was dialed");
    assertThat(onJava8.failure("other-authority"))
        .contains("The server's certificate is not signed by the cluster's authority");
    assertThat(onJava8.failure("outdated")).contains("The server does not speak TLS 1.3.");
    assertThat(onJava8.failure("http")).contains("Check that an AlloyDB instance's");
    assertThat(onJava8.failure("refuses-certificate"))
        .contains("A server that rejects the client certificate closes the connection like this.");
    assertThat(onJava8.failure("nobody")).contains("<- java.net.ConnectException: AlloyDB Agent:");
  }
}
