package io.github.alloydbagent.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.local.CertificateFault;
import io.github.alloydbagent.local.Exchange;
import io.github.alloydbagent.local.HandshakeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests servers that must be rejected, in JVMs with different security configurations: none of them
 * receives the login token, and the correct server is always reached. The Admin API is called over
 * HTTPS, except where the JVM's own settings prevent its verification.
 */
@AlloyDbTest
class TlsVerificationIT {
  private static final String PASSWORD = "open-sesame-4711";
  private static final String RIGHT = "right";

  /** The incorrect servers by instance name, with a part of the expected message. */
  private static final Map<String, String> INCORRECT_SERVERS = new LinkedHashMap<>();

  static {
    INCORRECT_SERVERS.put("other-authority", "is not signed by the cluster's authority");
    INCORRECT_SERVERS.put("other-address", "is not for the address that was dialed");
    INCORRECT_SERVERS.put("common-name-only", "is not for the address that was dialed");
    INCORRECT_SERVERS.put("client-only", "is not meant for a server");
    INCORRECT_SERVERS.put("expired", "is not valid now by this machine's clock");
    INCORRECT_SERVERS.put("not-yet-valid", "is not valid now by this machine's clock");
    INCORRECT_SERVERS.put("rsa-1024", "is too weak");
    INCORRECT_SERVERS.put("sha1", "is too weak");
    INCORRECT_SERVERS.put("leaf-as-issuer", "is not meant for a server");
    INCORRECT_SERVERS.put("name-constraints", "is not meant for a server");
    INCORRECT_SERVERS.put(
        "short-curve", "TLS to PRIVATE"); // JDKs from 16 on do not support the curve
    INCORRECT_SERVERS.put("outdated-tls", "The server does not speak TLS 1.3.");
  }

  /** A configuration of a JVM's security. */
  enum Configuration {
    DEFAULT,
    TRUST_ALL_FACTORY,
    REVOCATION_CHECKS,
    BOUNCY_CASTLE_FIRST,
    CONSCRYPT_FIRST,
    OWN_CONTEXT_FIRST,
    OWN_CONTEXT_IN_THE_JDKS_PLACE,
    PKCS11_KEY_STORE_TYPE,
    TLS_12_ALONE;

    Jvm of(Jvm jvm, int version, Path directory, List<String> connects) throws IOException {
      String what = "none";
      switch (this) {
        case DEFAULT -> {}
        case TRUST_ALL_FACTORY -> what = "trust-all";
        case REVOCATION_CHECKS ->
            security(jvm, directory, "ocsp.enable=true")
                .property("com.sun.net.ssl.checkRevocation", "true")
                .property("com.sun.security.enableCRLDP", "true");
        case BOUNCY_CASTLE_FIRST -> {
          jvm.classPath(Built.library("bcprov-jdk18on"));
          what = "org.bouncycastle.jce.provider.BouncyCastleProvider";
        }
        case CONSCRYPT_FIRST -> {
          jvm.classPath(Built.library("conscrypt-openjdk-uber"));
          jvm.property("java.io.tmpdir", directory.toString()); // it unpacks its library there
          // from Java 11 on, the JDK's TLS has to come first: docs/compatibility.md
          what = (version > 8 ? "late:" : "") + "org.conscrypt.OpenSSLProvider";
        }
        case OWN_CONTEXT_FIRST -> what = "context";
        case OWN_CONTEXT_IN_THE_JDKS_PLACE -> what = "replaced";
        case PKCS11_KEY_STORE_TYPE -> security(jvm, directory, "keystore.type=PKCS11");
        case TLS_12_ALONE ->
            jvm.property(
                    "jdk.tls.client.cipherSuites",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                .property("jdk.tls.client.protocols", "TLSv1.2")
                .property("https.protocols", "TLSv1.2")
                .property("https.cipherSuites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
      }
      List<String> arguments = new ArrayList<>(List.of(what));
      arguments.addAll(connects);
      return jvm.main("apps.ConfiguredJvm", arguments.toArray(String[]::new));
    }

    private static Jvm security(Jvm jvm, Path directory, String line) throws IOException {
      Path file = Files.writeString(directory.resolve("java.security"), line + "\n");
      return jvm.property("java.security.properties", file.toString());
    }
  }

  private static LocalAlloyDb alloyDb;

  @TempDir private Path directory;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    LocalAlloyDbBuilder plan = LocalAlloyDb.builder().user("app", PASSWORD).instance(RIGHT);
    INCORRECT_SERVERS.keySet().forEach(plan::instance);
    return plan;
  }

  @BeforeAll
  static void start() throws Exception {
    alloyDb.instance("other-authority").showCertificateOfAnotherAuthority();
    alloyDb.instance("other-address").showCertificateFor("10.9.9.9", "orders.example");
    alloyDb.instance("outdated-tls").handshakeTrouble().set(HandshakeFault.OUTDATED);
    for (CertificateFault fault : CertificateFault.values()) {
      String name = fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
      alloyDb.instance(name).showFaultyCertificate(fault);
    }
  }

  static Stream<Arguments> cells() {
    return Attacked.JDKS.stream()
        .flatMap(jdk -> Stream.of(Configuration.values()).map(c -> Arguments.of(jdk, c)));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void onlyTheCorrectServerReceivesATokenAndIsReached(int version, Configuration configuration)
      throws Exception {
    Jdk jdk = Jdk.require(version);
    Map<String, Integer> before = new HashMap<>();
    Stream.concat(INCORRECT_SERVERS.keySet().stream(), Stream.of(RIGHT))
        .forEach(name -> before.put(name, alloyDb.instance(name).exchanges().size()));

    JvmResult result =
        configuration
            .of(jvm(jdk, configuration), version, directory, connects())
            .run()
            .checkSucceeded();

    SoftAssertions all = new SoftAssertions();
    all.assertThat(outcome(result, RIGHT)).startsWith("ok: app");
    for (Map.Entry<String, String> wrong : INCORRECT_SERVERS.entrySet()) {
      LocalInstance instance = alloyDb.instance(wrong.getKey());
      all.assertThat(outcome(result, wrong.getKey()))
          .as(wrong.getKey())
          .startsWith("failed: ")
          .contains(wrong.getValue());
      all.assertThat(instance.exchanges())
          .as("tokens sent to " + wrong.getKey())
          .hasSize(before.get(wrong.getKey()));
    }
    all.assertAll();
    assertThat(alloyDb.instance(RIGHT).exchanges()).hasSizeGreaterThan(before.get(RIGHT));
  }

  /** The agent's own trust manager must not prevent session resumption. */
  @ParameterizedTest
  @FieldSource("io.github.alloydbagent.security.Attacked#JDKS")
  void resumesTlsSessions(int version) throws Exception {
    Path there = Files.createFile(directory.resolve("there"));
    String again = "again" + connect(RIGHT).substring(RIGHT.length());

    JvmResult result =
        Configuration.DEFAULT
            .of(
                jvm(Jdk.require(version), Configuration.DEFAULT),
                version,
                directory,
                List.of(connect(RIGHT), "await=" + there, again))
            .run()
            .checkSucceeded();

    assertThat(outcome(result, "again")).startsWith("ok: app");
    List<Exchange> exchanges = alloyDb.instance(RIGHT).exchanges();
    assertThat(exchanges.get(exchanges.size() - 2).resumed()).isFalse();
    assertThat(exchanges.get(exchanges.size() - 1).resumed()).isTrue();
  }

  private Jvm jvm(Jdk jdk, Configuration configuration) throws IOException {
    Jvm jvm =
        Jvm.of(jdk)
            .agent()
            .environment(alloyDb.environment())
            .environment("ALLOYDB_INSTANCES", mappings())
            // the TLS context is created after main has changed the JVM
            .environment("ALLOYDB_AGENT_REFRESH_STRATEGY", "lazy")
            .classPath(Built.apps(), Built.newestDriver())
            .deadline(Duration.ofMinutes(3));
    if (configuration != Configuration.REVOCATION_CHECKS) {
      Path authority = directory.resolve("api.pem");
      Files.writeString(authority, alloyDb.endpointCaCertificate());
      jvm.environment("ALLOYDB_AGENT_API_ENDPOINT", alloyDb.adminTlsUrl())
          .environment("ALLOYDB_AGENT_API_CA_FILE", authority.toString());
    }
    return jvm;
  }

  private static String mappings() {
    List<String> mappings = new ArrayList<>();
    mappings.add(RIGHT + "=" + alloyDb.instance(RIGHT).name());
    INCORRECT_SERVERS
        .keySet()
        .forEach(name -> mappings.add(name + "=" + alloyDb.instance(name).name()));
    return String.join(",", mappings);
  }

  private static List<String> connects() {
    List<String> connects = new ArrayList<>();
    connects.add(connect(RIGHT));
    INCORRECT_SERVERS.keySet().forEach(name -> connects.add(connect(name)));
    return connects;
  }

  private static String connect(String name) {
    return name
        + "=jdbc:postgresql://"
        + name
        + "/postgres?user=app&connectTimeout=100&password="
        + PASSWORD;
  }

  private static String outcome(JvmResult result, String name) {
    return result.outLines().stream()
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .reduce((first, second) -> second)
        .orElseThrow(() -> new AssertionError("no outcome of " + name + ":\n" + result));
  }
}
