package io.github.alloydbagent.crypto;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/** Reads X.509 certificates with the JDK's own parser. */
public final class Certificates {

  private Certificates() {}

  /**
   * All certificates of a stream, PEM or DER; empty if there is none.
   *
   * @throws CertificateException if the stream cannot be parsed
   */
  public static List<X509Certificate> read(InputStream in) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Certificate each : JdkProviders.certificateFactory().generateCertificates(in)) {
      certificates.add((X509Certificate) each);
    }
    return certificates;
  }

  /**
   * The certificate as the JDK reads it. The JDK's TLS and key stores parse certificates with
   * whatever provider comes first, and another provider's objects may answer differently from what
   * the certificate says.
   */
  public static X509Certificate parsedByJdk(Certificate certificate) throws CertificateException {
    if (certificate instanceof X509Certificate && JdkProviders.isJdks(certificate.getClass())) {
      return (X509Certificate) certificate;
    }
    return (X509Certificate)
        JdkProviders.certificateFactory()
            .generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
  }

  /** The certificate's key as the JDK reads it, for the same reason. */
  static PublicKey key(X509Certificate certificate) throws GeneralSecurityException {
    PublicKey key = certificate.getPublicKey();
    return JdkProviders.isJdks(key.getClass())
        ? key
        : JdkProviders.keyFactory(key.getAlgorithm())
            .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
  }
}
