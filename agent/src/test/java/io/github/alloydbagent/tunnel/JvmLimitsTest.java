package io.github.alloydbagent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Security;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JvmLimitsTest {
  private static final String DEFAULT =
      "SSLv3, TLSv1, TLSv1.1, DTLSv1.0, RC4, DES, MD5withRSA, DH keySize < 1024,"
          + " EC keySize < 224, 3DES_EDE_CBC, anon, NULL, ECDH, TLS_RSA_*";

  @Test
  void findsNothingByDefault() {
    assertThat(JvmLimits.hintForThisJvm()).isEmpty();
    assertThat(JvmLimits.hint(null, "", DEFAULT, true)).isEmpty();
    assertThat(Security.getProperty("jdk.tls.disabledAlgorithms")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecdsa_secp256r1_sha256", "rsa_pkcs1_sha256,ecdsa_secp256r1_sha256"})
  void namesSignatureSchemesWithoutTheClientCertificates(String schemes) {
    assertThat(JvmLimits.hint(schemes, null, DEFAULT, true))
        .contains("jdk.tls.client.SignatureSchemes", schemes, "add rsa_pss_rsae_sha256");
  }

  @Test
  void acceptsSufficientSignatureSchemesAndGroups() {
    assertThat(
            JvmLimits.hint(
                "RSA_PSS_RSAE_SHA256, ecdsa_secp256r1_sha256", "secp384r1,X25519", DEFAULT, true))
        .isEmpty();
  }

  @Test
  void namesGroupsThatNoInstanceSupports() {
    assertThat(JvmLimits.hint(null, "ffdhe2048, secp521r1", DEFAULT, true))
        .contains("jdk.tls.namedGroups", "ffdhe2048", "add x25519 or secp256r1");
  }

  @ParameterizedTest
  @CsvSource({"RSASSA-PSS", "rsa", "EC", "AES"})
  void namesDisabledAlgorithms(String algorithm) {
    assertThat(JvmLimits.hint(null, null, DEFAULT + ", " + algorithm + ", RC2", true))
        .contains("jdk.tls.disabledAlgorithms", "disables " + algorithm + ",");
  }

  @Test
  void namesTheModuleWithEllipticCurves() {
    assertThat(JvmLimits.hint(null, null, DEFAULT, false))
        .contains("no elliptic curves", "--add-modules jdk.crypto.ec");
  }
}
