package io.github.alloydbagent.crypto;

import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The authority of a cluster: issues certificates for servers and clients, as TLS contexts. */
public final class TestAuthority {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Issued authority = Issued.authority("authority");

  public X509Certificate certificate() {
    return authority.certificate;
  }

  /**
   * Returns the context of a server that accepts clients of this authority.
   *
   * @param names of the server: IP addresses and DNS names
   */
  public SSLContext server(String... names) throws Exception {
    KeyStore anchors = emptyKeyStore();
    anchors.setCertificateEntry("authority", authority.certificate);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(anchors);
    return context(Issued.builder("server").names(names).by(authority), trust.getTrustManagers());
  }

  /** Returns the context of a client that accepts only servers of this authority. */
  public SSLContext client() throws Exception {
    TrustManager trust = ServerTrust.ofCluster(List.of(authority.certificate));
    return context(Issued.builder("client").by(authority), trust);
  }

  private SSLContext context(Issued issued, TrustManager... trust) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys(issued), trust, null);
    return context;
  }

  private KeyManager[] keys(Issued issued) throws Exception {
    KeyStore keys = emptyKeyStore();
    keys.setKeyEntry(
        "key",
        issued.key.getPrivate(),
        PASSWORD,
        new Certificate[] {issued.certificate, authority.certificate});
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD);
    return managers.getKeyManagers();
  }

  private static KeyStore emptyKeyStore() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    return keys;
  }
}
