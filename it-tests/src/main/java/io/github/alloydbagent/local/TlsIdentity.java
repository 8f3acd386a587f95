package io.github.alloydbagent.local;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A server's certificate and the clients it accepts, as JSSE takes them. One context for all
 * connections, so that TLS sessions are resumed; another certificate ends that.
 */
final class TlsIdentity {
  private final SSLContext context;
  private final ClientVerification verification;

  /** Of a server whose certificate one authority issues and whose clients' another one. */
  TlsIdentity(
      CertificateAuthority issuer,
      CertificateAuthority clients,
      String commonName,
      Set<String> names) {
    try {
      verification = new ClientVerification(trust(clients.root()));
      context = context(issuer.issueServer(commonName, names), verification);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot make a TLS context for " + names, e);
    }
  }

  /** A context for a server that asks for no client certificate. */
  static SSLContext server(CertificateAuthority issuer, String commonName, Set<String> names) {
    try {
      return context(issuer.issueServer(commonName, names), null);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot make a TLS context for " + names, e);
    }
  }

  SSLContext context() {
    return context;
  }

  ClientVerification verification() {
    return verification;
  }

  private static SSLContext context(IssuedCertificate certificate, @Nullable TrustManager trust)
      throws GeneralSecurityException, IOException {
    char[] noPassword = new char[0];
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        certificate.key(),
        noPassword,
        certificate.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, noPassword);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        managers.getKeyManagers(), trust == null ? null : new TrustManager[] {trust}, null);
    return context;
  }

  private static X509ExtendedTrustManager trust(X509Certificate root)
      throws GeneralSecurityException, IOException {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("root", root);
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(anchors);
    return (X509ExtendedTrustManager) managers.getTrustManagers()[0];
  }
}
