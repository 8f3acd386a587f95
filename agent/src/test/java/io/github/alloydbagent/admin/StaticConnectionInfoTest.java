package io.github.alloydbagent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.config.setting.IpType;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaticConnectionInfoTest {
  private static final InstanceName INSTANCE =
      InstanceName.parse("projects/p/locations/l/clusters/c/instances/i");

  private static KeyPair pair;
  private static String certificate;
  private static String other;

  @TempDir private Path directory;

  @BeforeAll
  static void make() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    pair = generator.generateKeyPair();
    X500Name name = new X500Name("CN=test");
    certificate = certificate(name, 1);
    other = certificate(name, 2);
  }

  private static String certificate(X500Name name, long serial) throws Exception {
    X509CertificateHolder holder =
        new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(serial),
                Date.from(Instant.now()),
                Date.from(Instant.now().plusSeconds(3600)),
                name,
                pair.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()));
    return pem("CERTIFICATE", holder.getEncoded());
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\\n"
        + Base64.getMimeEncoder(64, new byte[0]).encodeToString(der)
        + "\\n-----END "
        + kind
        + "-----\\n";
  }

  private static String pkcs1() throws Exception {
    return pem(
        "RSA PRIVATE KEY",
        PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded());
  }

  private static String pkcs8() {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private StaticConnectionInfo read(String json) throws Exception {
    return StaticConnectionInfo.read(
        Files.writeString(directory.resolve("info.json"), json).toFile(), INSTANCE);
  }

  private static String json(String privateKey) {
    return "{\"publicKey\":\"not read\",\"privateKey\":\""
        + privateKey
        + "\",\""
        + INSTANCE
        + "\":{\"ipAddress\":\"10.0.0.1\",\"publicIpAddress\":\"\",\"pscInstanceConfig\":{\"pscDnsName\":\"x.goog.\"},"
        + "\"pemCertificateChain\":[\""
        + certificate
        + "\"],\"caCert\":\""
        + certificate
        + "\"}}";
  }

  @Test
  void readsKeysInBothFormats() throws Exception {
    for (String key : new String[] {pkcs1(), pkcs8()}) {
      StaticConnectionInfo info = read(json(key));
      assertThat(info.addresses().byType().get(IpType.PRIVATE)).isEqualTo("10.0.0.1");
      assertThat(info.addresses().byType().get(IpType.PUBLIC)).isNull();
      assertThat(info.addresses().byType().get(IpType.PSC)).isEqualTo("x.goog");
      assertThat(info.certificate().chain()).hasSize(1);
      assertThat(info.key().getPrivate()).isEqualTo(pair.getPrivate());
      assertThat(info.key().getPublic()).isEqualTo(pair.getPublic());
    }
  }

  @Test
  void readsAllCertificatesInCaCert() throws Exception {
    String two = json(pkcs8()).replace("\"caCert\":\"", "\"caCert\":\"" + other);
    assertThat(read(two).certificate().authorities()).hasSize(2).doesNotHaveDuplicates();
    assertThat(read(json(pkcs8())).certificate().authorities()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}      | it has no \"projects/p/locations/l/clusters/c/instances/i\"",
        "[]      | it is not a JSON object: []",
        "{\"projects/p/locations/l/clusters/c/instances/i\":{}} | it has no pemCertificateChain",
      })
  void reportsAnInvalidFile(String json, String found) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ApiException.class)
        .hasMessage(
            "static-connection-info "
                + directory.resolve("info.json")
                + " cannot be used: "
                + found);
  }

  @ParameterizedTest
  @CsvSource({
    "SECRET, its privateKey is not a PEM key in PKCS#1 (BEGIN RSA PRIVATE KEY) or PKCS#8",
    "-----BEGIN PRIVATE KEY-----SECRET-----END PRIVATE KEY-----, its privateKey is not an RSA key",
    "-----BEGIN RSA PRIVATE KEY-----*-----END RSA PRIVATE KEY-----, its privateKey is not an RSA"
        + " key",
  })
  void neverShowsTheKey(String key, String found) {
    assertThatThrownBy(() -> read(json(key)))
        .hasMessageEndingWith(found)
        .hasMessageNotContaining("SECRET")
        .hasNoCause();
  }

  @Test
  void reportsAMissingFile() {
    Path gone = directory.resolve("gone.json");
    assertThatThrownBy(() -> StaticConnectionInfo.read(gone.toFile(), INSTANCE))
        .hasMessageStartingWith("static-connection-info " + gone + " cannot be read: " + gone);
  }
}
