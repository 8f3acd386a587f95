package io.github.alloydbagent.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.alloydbagent.crypto.UntrustedServerException.Fault;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.assertj.core.api.AbstractThrowableAssert;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTrustTest {
  private static final String ADDRESS = "10.1.2.3";

  private static Issued root;
  private static Issued intermediate;

  @BeforeAll
  static void issue() {
    root = Issued.authority("root");
    intermediate = Issued.builder("intermediate").authority().by(root);
  }

  private static Issued.Builder server() {
    return Issued.builder("server").names(ADDRESS);
  }

  private static X509Certificate[] chain(Issued... sent) {
    X509Certificate[] chain = new X509Certificate[sent.length];
    for (int i = 0; i < sent.length; i++) {
      chain[i] = sent[i].certificate;
    }
    return chain;
  }

  private static void check(String dialed, Issued... sent) throws CertificateException {
    ServerTrust.ofCluster(List.of(root.certificate)).verify(chain(sent), dialed);
  }

  private static AbstractThrowableAssert<?, ?> refuses(Fault fault, Issued... sent) {
    return refuses(fault, ADDRESS, sent);
  }

  private static AbstractThrowableAssert<?, ?> refuses(Fault fault, String dialed, Issued... sent) {
    return assertThatThrownBy(() -> check(dialed, sent))
        .isInstanceOfSatisfying(
            UntrustedServerException.class, e -> assertThat(e.fault()).isEqualTo(fault));
  }

  @Test
  void acceptsAServerOfTheCluster() throws Exception {
    Issued plain = server().by(root);
    check(ADDRESS, plain);
    check(ADDRESS, plain, root);
    Issued deep = server().by(intermediate);
    check(ADDRESS, deep, intermediate);
    check(ADDRESS, deep, root, intermediate); // in any order
    check(ADDRESS, server().key(Issued.rsa(2048)).by(intermediate), intermediate);
    check(ADDRESS, server().usage(KeyUsage.digitalSignature).by(root));
    check(ADDRESS, server().purpose(KeyPurposeId.id_kp_serverAuth).by(root));
    check(ADDRESS, server().purpose(KeyPurposeId.anyExtendedKeyUsage).by(root));
  }

  @Test
  void acceptsEachOfSeveralAuthorities() throws Exception {
    Issued next = Issued.authority("root"); // a new key with the old name
    ServerTrust trust = ServerTrust.ofCluster(List.of(root.certificate, next.certificate));
    trust.verify(chain(server().by(root)), ADDRESS);
    trust.verify(chain(server().by(next)), ADDRESS);
    trust.verify(chain(server().by(intermediate), intermediate), ADDRESS);
    assertThat(trust.getAcceptedIssuers())
        .containsExactlyInAnyOrder(root.certificate, next.certificate);
  }

  @Test
  void refusesAServerOfAnotherAuthority() {
    Issued other = Issued.authority("other");
    refuses(Fault.AUTHORITY, server().by(other)).hasMessageContaining("CN=other");
    refuses(Fault.AUTHORITY, server().by(other), other);
    refuses(Fault.AUTHORITY, server().by(intermediate)); // which it did not send
    refuses(Fault.AUTHORITY, server().by(null));
    refuses(Fault.AUTHORITY, server().by(Issued.authority("root"))); // only the name is the same
  }

  @Test
  void refusesAnotherAddress() {
    refuses(Fault.ADDRESS, Issued.builder("server").names("10.9.9.9", "a.example").by(root))
        .hasMessageContaining("valid for 10.9.9.9, a.example, not for 10.1.2.3");
    refuses(Fault.ADDRESS, "10.1.2.4", server().by(root));
    refuses(Fault.ADDRESS, "db.example", server().by(root));
  }

  @Test
  void refusesACommonNameWithoutAlternativeNames() {
    refuses(Fault.ADDRESS, "db.example", Issued.builder("db.example").by(root))
        .hasMessageContaining("no subject alternative name");
    refuses(Fault.ADDRESS, ADDRESS, Issued.builder(ADDRESS).by(root));
    refuses(Fault.ADDRESS, "db.example", Issued.builder("db.example").names("x.example").by(root));
  }

  @ParameterizedTest
  @CsvSource({
    "db.example, db.example",
    "db.example, DB.Example",
    "DB.EXAMPLE, db.example.",
    "db.example., db.example",
    "10.1.2.3, 10.1.2.3",
    "fd00::1, fd00:0:0::1",
    "fd00::1, [fd00::1]",
    "xn--bcher-kva.example, b\u00fccher.example",
  })
  void comparesNamesAsDnsDoesAndAddressesByTheirBytes(String name, String dialed) throws Exception {
    check(dialed, Issued.builder("server").names(name).by(root));
  }

  @ParameterizedTest
  @CsvSource({"*.example, db.example", "*.example.com, db.example.com", "'', ''"})
  void rejectsWildcardsForInstances(String name, String dialed) {
    refuses(Fault.ADDRESS, dialed, Issued.builder("server").names(name).by(root));
  }

  @ParameterizedTest
  @CsvSource({
    "*.googleapis.com, alloydb.googleapis.com, true",
    "*.googleapis.com, ALLOYDB.googleapis.com., true",
    "*.googleapis.com, a.b.googleapis.com, false",
    "*.googleapis.com, googleapis.com, false",
    "*.com, googleapis.com, false",
    "a*.googleapis.com, alloydb.googleapis.com, false",
    "alloydb.*.com, alloydb.googleapis.com, false",
    "*.2.3.4, 1.2.3.4, false",
  })
  void acceptsAWildcardAsTheFirstLabelOfAnApisName(String name, String dialed, boolean matches)
      throws Exception {
    Issued server = Issued.builder("server").names(name).by(root);
    assertThat(ServerNames.match(server.certificate, dialed, true)).isEqualTo(matches);
  }

  @Test
  void refusesACertificateOutsideItsValidity() {
    refuses(Fault.DATE, server().valid(-100, -10).by(root))
        .hasMessageContaining("not valid")
        .hasStackTraceContaining("CertificateExpiredException");
    refuses(Fault.DATE, server().valid(100, 1000).by(root))
        .hasStackTraceContaining("CertificateNotYetValidException");
    Issued expired = Issued.builder("old").authority().valid(-100, -10).by(root);
    refuses(Fault.DATE, server().by(expired), expired);
  }

  @Test
  void refusesShortKeys() {
    refuses(Fault.WEAK, server().key(Issued.rsa(1024)).by(root))
        .hasMessageContaining("CN=server")
        .hasMessageContaining("RSA key of 1024 bits");
    Issued weak = Issued.builder("weak").authority().key(Issued.rsa(1024)).by(root);
    refuses(Fault.WEAK, server().by(weak), weak).hasMessageContaining("CN=weak");
    Issued anchor = Issued.builder("anchor").authority().key(Issued.rsa(1024)).by(null);
    assertThatThrownBy(
            () ->
                ServerTrust.ofCluster(List.of(anchor.certificate))
                    .verify(chain(server().by(anchor)), ADDRESS))
        .hasMessageContaining("CN=anchor");
  }

  @Test
  void refusesShortCurves() throws Exception {
    // JDKs from 16 on lack this curve: the key is Bouncy Castle's, and cannot even be parsed
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    generator.initialize(new ECGenParameterSpec("secp224r1"));
    Issued server = server().key(generator.generateKeyPair()).by(root);
    assertThatThrownBy(() -> check(ADDRESS, server)).isInstanceOf(CertificateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA1", "SHA224"})
  void refusesWeakSignaturesBelowTheAuthority(String digest) {
    refuses(Fault.WEAK, server().digest(digest).by(root)).hasMessageContaining(digest + "with");
    Issued weak = Issued.builder("weak").authority().digest(digest).by(root);
    refuses(Fault.WEAK, server().by(weak), weak).hasMessageContaining("CN=weak");
  }

  @Test
  void acceptsAnAuthoritySignedWithSha1() throws Exception {
    Issued old = Issued.builder("old").authority().digest("SHA1").by(null);
    ServerTrust.ofCluster(List.of(old.certificate)).verify(chain(server().by(old)), ADDRESS);
  }

  @Test
  void refusesACertificateForAnotherUse() {
    refuses(Fault.USE, server().purpose(KeyPurposeId.id_kp_clientAuth).by(root))
        .hasMessageContaining("server authentication");
    refuses(Fault.USE, server().usage(KeyUsage.keyEncipherment).by(root))
        .hasMessageContaining("digital signatures");
  }

  @Test
  void refusesALeafAsIssuer() {
    Issued leaf = server().by(root);
    refuses(Fault.USE, server().by(leaf), leaf);
    Issued noSigner =
        Issued.builder("no-signer")
            .extension(Extension.basicConstraints, true, new BasicConstraints(true))
            .usage(KeyUsage.digitalSignature)
            .by(root);
    refuses(Fault.USE, server().by(noSigner), noSigner);
  }

  @Test
  void refusesWhatNameConstraintsExclude() throws Exception {
    NameConstraints only =
        new NameConstraints(
            new GeneralSubtree[] {
              new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "10.9.0.0/16"))
            },
            null);
    Issued constrained =
        Issued.builder("constrained")
            .authority()
            .extension(Extension.nameConstraints, true, only)
            .by(root);
    refuses(Fault.USE, server().by(constrained), constrained);
    check("10.9.1.1", Issued.builder("server").names("10.9.1.1").by(constrained), constrained);
  }

  @Test
  void refusesAnUnknownCriticalExtension() {
    refuses(
        Fault.USE,
        server().extension(new ASN1ObjectIdentifier("1.2.3.4"), true, DERNull.INSTANCE).by(root));
  }

  @Test
  void triesOtherPathsIfOneIsInvalid() throws Exception {
    Issued impostor = Issued.builder("intermediate").authority().by(root);
    check(ADDRESS, server().by(intermediate), impostor, intermediate);
    refuses(Fault.AUTHORITY, server().by(intermediate), impostor);
  }

  @Test
  void refusesAChainWithTenThousandOrdersQuickly() {
    List<Issued> sent = new ArrayList<>();
    Issued same = Issued.authority("same");
    sent.add(server().by(same));
    for (int i = 0; i < 12; i++) {
      sent.add(Issued.builder("same").authority().by(same));
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> refuses(Fault.AUTHORITY, sent.toArray(new Issued[0])));
  }

  @Test
  void refusesWithoutTheDialedAddress() throws Exception {
    ServerTrust trust = ServerTrust.ofCluster(List.of(root.certificate));
    X509Certificate[] good = chain(server().by(root));
    assertThatThrownBy(() -> trust.checkServerTrusted(good, "UNKNOWN"))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.checkServerTrusted(good, "UNKNOWN", (Socket) null))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.checkServerTrusted(good, "UNKNOWN", new Socket()))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.checkServerTrusted(good, "UNKNOWN", (SSLEngine) null))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> trust.verify(new X509Certificate[0], ADDRESS))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void ignoresTheJvmsRevocationSettingOnlyForInstances() throws Exception {
    System.setProperty("com.sun.net.ssl.checkRevocation", "true");
    try {
      check(ADDRESS, server().by(root));
      Issued api = Issued.builder("api").names("api.example").by(root);
      assertThatThrownBy(
              () ->
                  ServerTrust.ofPublic(List.of(root.certificate)).verify(chain(api), "api.example"))
          .isInstanceOfSatisfying(
              UntrustedServerException.class,
              e -> assertThat(e.fault()).isEqualTo(Fault.REVOCATION));
    } finally {
      System.clearProperty("com.sun.net.ssl.checkRevocation");
    }
  }

  @Test
  void acceptsAnApisOwnCertificateAsAnAnchor() throws Exception {
    Issued api = Issued.builder("api").names("api.example").by(Issued.authority("elsewhere"));
    ServerTrust trust = ServerTrust.ofPublic(List.of(root.certificate, api.certificate));
    trust.verify(chain(api), "api.example");
    assertThatThrownBy(() -> trust.verify(chain(api), "other.example"))
        .isInstanceOf(UntrustedServerException.class);
    Issued old = Issued.builder("api").names("api.example").valid(-100, -10).by(null);
    assertThatThrownBy(
            () -> ServerTrust.ofPublic(List.of(old.certificate)).verify(chain(old), "api.example"))
        .isInstanceOfSatisfying(
            UntrustedServerException.class, e -> assertThat(e.fault()).isEqualTo(Fault.DATE));
  }

  @Test
  void usesNoSignatureOfAnApplicationsProvider() throws Exception {
    Issued mixed = Issued.builder("mixed").authority().key(Issued.rsa(2048)).by(root);
    Issued forged = server().by(Issued.authority("root"));
    Issued good = server().by(mixed);
    Provider everything = new AcceptsEverything();
    Security.insertProviderAt(everything, 1);
    try {
      check(ADDRESS, good, mixed); // EC and RSA: no single provider verifies both
      check(ADDRESS, server().by(intermediate), intermediate);
      refuses(Fault.AUTHORITY, forged);
      Issued forgedMixed =
          server().by(Issued.builder("mixed").authority().key(Issued.rsa(2048)).by(root));
      assertThatThrownBy(() -> check(ADDRESS, forgedMixed, mixed))
          .isInstanceOf(CertificateException.class);
      assertThat(AcceptsEverything.ASKED.get())
          .isPositive(); // otherwise the test would be ineffective
    } finally {
      Security.removeProvider(everything.getName());
    }
  }

  @Test
  void readsCertificatesOfAnotherProvider() throws Exception {
    X509Certificate foreign =
        (X509Certificate)
            CertificateFactory.getInstance("X.509", new BouncyCastleProvider())
                .generateCertificate(
                    new ByteArrayInputStream(server().by(root).certificate.getEncoded()));
    assertThatCode(
            () ->
                ServerTrust.ofCluster(List.of(root.certificate))
                    .verify(new X509Certificate[] {foreign}, ADDRESS))
        .doesNotThrowAnyException();
    assertThat(Certificates.parsedByJdk(foreign).getClass().getName())
        .isEqualTo("sun.security.x509.X509CertImpl");
  }
}
