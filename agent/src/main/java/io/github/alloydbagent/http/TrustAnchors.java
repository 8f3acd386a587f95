package io.github.alloydbagent.http;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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
   * @throws IOException if there is no such file or it cannot be read
   */
  static SSLContext context(File javaHome) throws IOException {
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
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(anchors);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IOException(
          "the trust anchors of this Java runtime cannot be read from " + file + ": " + e, e);
    }
  }
}
