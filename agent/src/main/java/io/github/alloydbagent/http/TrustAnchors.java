package io.github.alloydbagent.http;

import io.github.alloydbagent.crypto.Certificates;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.crypto.ServerTrust;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trust anchors of API calls: those that the JDK ships, read from its file, and perhaps more.
 *
 * <p>The JVM's default context is not touched: whoever makes it first freezes the application's
 * {@code javax.net.ssl.trustStore} (https://github.com/elastic/apm-agent-java/issues/1202). Nor are
 * the JVM's default key store type and trust manager algorithm used, which an application may set:
 * the file's own first bytes say what it is, and anchors never go into a key store.
 */
final class TrustAnchors {
  private static final int JKS_MAGIC = 0xfeedfeed;

  private TrustAnchors() {}

  /**
   * @param javaHome the JDK's or JRE's folder; {@code jssecacerts} comes before {@code cacerts}, as
   *     in the JSSE reference guide
   * @param more certificates to trust in addition, PEM; or null
   * @throws IOException if there is no such file or it cannot be read
   */
  static ServerTrust trust(File javaHome, @Nullable File more) throws IOException {
    File security = new File(javaHome, "lib/security");
    File file = new File(security, "jssecacerts");
    if (!file.isFile()) {
      file = new File(security, "cacerts");
    }
    try {
      List<X509Certificate> anchors = read(file);
      if (anchors.isEmpty()) { // encrypted ones are passed over in silence
        throw new IOException(
            "it holds none that can be read without a password; store them without one, or as JKS");
      }
      if (more != null) {
        anchors.addAll(readPem(more));
      }
      return ServerTrust.ofPublic(anchors);
    } catch (GeneralSecurityException | IOException e) {
      throw new CodedException(
          ErrorCode.TRUST_ANCHORS_UNREADABLE,
          "the trust anchors of this Java runtime cannot be read from "
              + file
              + (more == null ? "" : " and " + more)
              + ": "
              + e,
          e);
    }
  }

  private static List<X509Certificate> read(File file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = new BufferedInputStream(new FileInputStream(file))) {
      in.mark(4);
      int magic = 0;
      for (int i = 0; i < 4; i++) {
        magic = magic << 8 | (in.read() & 0xff);
      }
      in.reset();
      KeyStore store = JdkProviders.keyStore(magic == JKS_MAGIC ? "JKS" : "PKCS12");
      store.load(in, null);
      List<X509Certificate> anchors = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate instanceof X509Certificate && store.isCertificateEntry(alias)) {
          anchors.add((X509Certificate) certificate);
        }
      }
      return anchors;
    }
  }

  private static List<X509Certificate> readPem(File file) throws GeneralSecurityException {
    try (InputStream in = PemFile.open(file)) {
      List<X509Certificate> certificates = Certificates.read(in);
      if (certificates.isEmpty()) {
        throw new GeneralSecurityException("api-ca-file " + file + " holds no PEM certificate");
      }
      return certificates;
    } catch (IOException | CertificateException e) {
      throw new GeneralSecurityException("api-ca-file " + file + " cannot be read: " + e, e);
    }
  }
}
