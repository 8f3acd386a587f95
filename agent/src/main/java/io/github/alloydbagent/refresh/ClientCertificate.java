package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.IssuedCertificate;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client certificate and the one TLS context made of it, so that sessions under it can be
 * resumed. The context trusts the cluster's own authority and nothing else.
 */
public final class ClientCertificate {

  /** Guards nothing: the store lives in memory, and its key is beside it there. */
  private static final char[] PASSWORD = "memory".toCharArray();

  private final SSLContext context;
  private final long endMillis;

  ClientCertificate(SSLContext context, long endMillis) {
    this.context = context;
    this.endMillis = endMillis;
  }

  /**
   * @throws IOException if the certificate is for another key, or TLS cannot be set up with it
   */
  @SuppressWarnings("JavaUtilDate") // X509Certificate's type
  static ClientCertificate of(IssuedCertificate issued, ClientKey key) throws IOException {
    X509Certificate leaf = issued.chain().get(0);
    if (!leaf.getPublicKey().equals(key.pair().getPublic())) {
      throw new IOException(
          "the client certificate is for another key than this process has ("
              + leaf.getSubjectX500Principal()
              + ")");
    }
    try {
      KeyStore identity = emptyStore();
      identity.setKeyEntry(
          "client",
          key.pair().getPrivate(),
          PASSWORD,
          issued.chain().toArray(new X509Certificate[0]));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(identity, PASSWORD);
      KeyStore authority = emptyStore();
      authority.setCertificateEntry("authority", issued.authority());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authority);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return new ClientCertificate(context, leaf.getNotAfter().getTime());
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS 1.3 cannot be set up with the client certificate: " + e, e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  public SSLContext context() {
    return context;
  }

  /** The end of its validity, in milliseconds of the wall clock. */
  public long endMillis() {
    return endMillis;
  }
}
