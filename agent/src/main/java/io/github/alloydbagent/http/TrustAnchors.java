package io.github.alloydbagent.http;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context over the trust anchors that the JDK ships, read from its file.
 *
 * <p>The JVM's default context is not touched: whoever makes it first freezes the application's
 * {@code javax.net.ssl.trustStore} (https://github.com/elastic/apm-agent-java/issues/1202).
 */
final class TrustAnchors {

  private TrustAnchors() {}

  /**
   * @param javaHome the JDK's or JRE's folder; {@code jssecacerts} comes before {@code cacerts}, as
   *     in the JSSE reference guide
   * @param more certificates to trust beside those, PEM; or null
   * @throws IOException if there is no such file or it cannot be read
   */
  static SSLContext context(File javaHome, @Nullable File more) throws IOException {
    File security = new File(javaHome, "lib/security");
    File file = new File(security, "jssecacerts");
    if (!file.isFile()) {
      file = new File(security, "cacerts");
    }
    try (InputStream in = new FileInputStream(file)) {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(in, null);
      if (anchors.size() == 0) { // encrypted ones are passed over in silence
        throw new IOException(
            "it holds none that can be read without a password; store them without one, or as JKS");
      }
      if (more != null) {
        add(anchors, more);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(anchors);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IOException(
          "the trust anchors of this Java runtime cannot be read from "
              + file
              + (more == null ? "" : " and " + more)
              + ": "
              + e,
          e);
    }
  }

  private static void add(KeyStore anchors, File more) throws GeneralSecurityException {
    try (InputStream in = PemFile.open(more)) {
      int count = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        anchors.setCertificateEntry("api-ca-file " + count++, each);
      }
      if (count == 0) {
        throw new GeneralSecurityException("api-ca-file " + more + " holds no PEM certificate");
      }
    } catch (IOException | CertificateException e) {
      throw new GeneralSecurityException("api-ca-file " + more + " cannot be read: " + e, e);
    }
  }
}
