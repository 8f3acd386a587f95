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
   * Returns all certificates in a stream, PEM or DER; empty if there are none.
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
   * Returns the certificate as parsed by the JDK. The JDK's TLS and key stores parse certificates
   * with the first registered provider, and another provider's objects may return values that
   * differ from the encoded certificate.
   */
  public static X509Certificate parsedByJdk(Certificate certificate) throws CertificateException {
    if (certificate instanceof X509Certificate && JdkProviders.isFromJdk(certificate.getClass())) {
      return (X509Certificate) certificate;
    }
    return (X509Certificate)
        JdkProviders.certificateFactory()
            .generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
  }

  /**
   * Returns the certificate's key as parsed by the JDK, for the same reason as {@link
   * #parsedByJdk}.
   */
  static PublicKey key(X509Certificate certificate) throws GeneralSecurityException {
    PublicKey key = certificate.getPublicKey();
    return JdkProviders.isFromJdk(key.getClass())
        ? key
        : JdkProviders.keyFactory(key.getAlgorithm())
            .generatePublic(new X509EncodedKeySpec(key.getEncoded()));
  }
}
