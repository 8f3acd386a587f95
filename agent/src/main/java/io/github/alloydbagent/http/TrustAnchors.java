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
 * The trust anchors of API calls: those that the JDK ships, read from its file, and optionally
 * others.
 *
 * <p>The JVM's default context is not used: the first caller to create it freezes the application's
 * {@code javax.net.ssl.trustStore} (https://github.com/elastic/apm-agent-java/issues/1202). The
 * JVM's default key store type and trust manager algorithm are not used either, because an
 * application may set them: the first bytes of the file determine its type, and anchors are never
 * put into a key store.
 */
final class TrustAnchors {
  private static final int JKS_MAGIC = 0xfeedfeed;

  private TrustAnchors() {}

  /**
   * Reads the anchors.
   *
   * @param javaHome the folder of the JDK or JRE; {@code jssecacerts} takes precedence over {@code
   *     cacerts}, as in the JSSE reference guide
   * @param additional PEM file of certificates to trust in addition, or null
   * @throws IOException if there is no such file or it cannot be read
   */
  static ServerTrust trust(File javaHome, @Nullable File additional) throws IOException {
    File security = new File(javaHome, "lib/security");
    File file = new File(security, "jssecacerts");
    if (!file.isFile()) {
      file = new File(security, "cacerts");
    }
    try {
      List<X509Certificate> anchors = read(file);
      if (anchors.isEmpty()) { // encrypted certificates are skipped silently
        throw new IOException(
            "it contains none that can be read without a password; store them without one, or as"
                + " JKS");
      }
      if (additional != null) {
        anchors.addAll(readPem(additional));
      }
      return ServerTrust.ofPublic(anchors);
    } catch (GeneralSecurityException | IOException e) {
      throw new CodedException(
          ErrorCode.TRUST_ANCHORS_UNREADABLE,
          "the trust anchors of this Java runtime cannot be read from "
              + file
              + (additional == null ? "" : " and " + additional)
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
        throw new GeneralSecurityException("api-ca-file " + file + " contains no PEM certificate");
      }
      return certificates;
    } catch (IOException | CertificateException e) {
      throw new GeneralSecurityException("api-ca-file " + file + " cannot be read: " + e, e);
    }
  }
}
