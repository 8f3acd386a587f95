package io.github.alloydbagent.crypto;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the strength of keys and signatures in a server's certificates. The JDK's own constraints
 * ({@code jdk.certpath.disabledAlgorithms}) still accept RSA-1024 and, below a private authority,
 * SHA-1.
 */
final class Strength {
  private static final int MIN_RSA_BITS = 2048;
  private static final int MIN_EC_BITS = 256;

  private static final String RSASSA_PSS = "1.2.840.113549.1.1.10";

  /** Object identifiers, because the names differ between JDK versions. */
  private static final Set<String> SIGNATURE_OIDS =
      new HashSet<>(
          Arrays.asList(
              "1.2.840.113549.1.1.11", // SHA256withRSA
              "1.2.840.113549.1.1.12", // SHA384withRSA
              "1.2.840.113549.1.1.13", // SHA512withRSA
              "1.2.840.113549.1.1.16", // SHA512/256withRSA
              "1.2.840.10045.4.3.2", // SHA256withECDSA
              "1.2.840.10045.4.3.3", // SHA384withECDSA
              "1.2.840.10045.4.3.4", // SHA512withECDSA
              "1.3.101.112", // Ed25519
              "1.3.101.113")); // Ed448

  private static final Set<String> PSS_DIGESTS =
      new HashSet<>(Arrays.asList("SHA-256", "SHA-384", "SHA-512", "SHA-512/256"));

  private Strength() {}

  /** Returns why the certificate's key is too weak, or null. */
  static @Nullable String keyWeakness(X509Certificate certificate) throws GeneralSecurityException {
    PublicKey key = Certificates.key(certificate);
    if (key instanceof RSAPublicKey) {
      int bits = ((RSAPublicKey) key).getModulus().bitLength();
      return bits < MIN_RSA_BITS ? "an RSA key of " + bits + " bits" : null;
    }
    if (key instanceof ECPublicKey) {
      int bits = ((ECPublicKey) key).getParams().getOrder().bitLength();
      return bits < MIN_EC_BITS ? "an EC key of " + bits + " bits" : null;
    }
    String algorithm = key.getAlgorithm();
    return algorithm.equals("EdDSA") || algorithm.startsWith("Ed")
        ? null
        : "a key of type " + algorithm;
  }

  /** Returns why the certificate's signature is too weak, or null. */
  static @Nullable String signatureWeakness(X509Certificate certificate)
      throws GeneralSecurityException {
    if (certificate.getSigAlgOID().equals(RSASSA_PSS)) {
      String digest = pssDigest(certificate);
      return PSS_DIGESTS.contains(digest) ? null : "an RSASSA-PSS signature with " + digest;
    }
    return SIGNATURE_OIDS.contains(certificate.getSigAlgOID())
        ? null
        : "the signature algorithm " + certificate.getSigAlgName();
  }

  private static String pssDigest(X509Certificate certificate) throws GeneralSecurityException {
    byte[] encoded = certificate.getSigAlgParams();
    if (encoded == null) {
      return "SHA-1"; // the default of RFC 8017, A.2.3
    }
    try {
      AlgorithmParameters parameters =
          AlgorithmParameters.getInstance(
              "RSASSA-PSS", JdkProviders.of("AlgorithmParameters", "RSASSA-PSS"));
      parameters.init(encoded);
      return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
