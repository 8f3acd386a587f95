package io.github.alloydbagent.local;

import java.io.IOException;
import java.io.StringReader;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;

/** Converts keys and certificates to and from PEM (RFC 7468). */
final class Pem {
  private Pem() {}

  static String of(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  static String of(X509Certificate certificate) {
    try {
      return of("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("the certificate cannot be encoded", e);
    }
  }

  /**
   * Parses a public key in SubjectPublicKeyInfo or, as Google's Go connector sends it, PKCS#1
   * format.
   *
   * @throws IOException if the text has neither format
   */
  static SubjectPublicKeyInfo publicKey(String pem) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      if (parser.readObject() instanceof SubjectPublicKeyInfo key) {
        return key;
      }
    } catch (RuntimeException e) {
      throw new IOException("the text is not valid PEM", e);
    }
    throw new IOException("the PEM text contains no public key");
  }
}
