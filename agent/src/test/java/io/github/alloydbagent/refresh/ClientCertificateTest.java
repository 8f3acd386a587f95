package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.time.VirtualTime;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClientCertificateTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  private static KeyPair pair;
  private static X509Certificate root;
  private static X509Certificate intermediate;
  private static X509Certificate leaf;

  @BeforeAll
  static void issue() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair rootPair = generator.generateKeyPair();
    KeyPair intermediatePair = generator.generateKeyPair();
    pair = generator.generateKeyPair();
    root = certificate("root", rootPair, "root", rootPair);
    intermediate = certificate("intermediate", intermediatePair, "root", rootPair);
    leaf = certificate("leaf", pair, "intermediate", intermediatePair);
  }

  private static X509Certificate certificate(
      String name, KeyPair of, String issuer, KeyPair issuerPair) throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new X500Name("CN=" + issuer),
                    BigInteger.valueOf(name.hashCode()).abs(),
                    Date.from(NOW),
                    Date.from(NOW.plusSeconds(3600)),
                    new X500Name("CN=" + name),
                    of.getPublic())
                .build(
                    new JcaContentSignerBuilder("SHA256withRSA").build(issuerPair.getPrivate())));
  }

  private static ClientCertificate of(X509Certificate... chain) throws Exception {
    return ClientCertificate.of(
        new IssuedCertificate(List.of(chain), List.of(root)),
        ClientKey.of(pair),
        new VirtualTime());
  }

  @Test
  void acceptsAChainInAnyOrder() throws Exception {
    assertThat(of(leaf, intermediate, root).endMillis())
        .isEqualTo(of(root, leaf, intermediate).endMillis())
        .isEqualTo(of(intermediate, root, leaf).endMillis())
        .isEqualTo(NOW.plusSeconds(3600).toEpochMilli());
  }

  @Test
  void lifeStartsWhenItIsReceived() throws Exception {
    assertThat(of(leaf).lifetimeMillis()).isEqualTo(3_600_000);
  }

  @Test
  void rejectsACertificateForAnotherKey() {
    assertThatThrownBy(() -> of(root, intermediate))
        .hasMessage("the client certificate does not match this process's key (CN=root)");
  }
}
