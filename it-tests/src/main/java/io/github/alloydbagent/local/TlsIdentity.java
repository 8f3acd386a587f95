package io.github.alloydbagent.local;

import java.security.GeneralSecurityException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A server certificate and the client certificates that the server accepts, for JSSE. All
 * connections share one context, so that TLS sessions are resumed; a new certificate means a new
 * context.
 */
final class TlsIdentity {
  private final SSLContext context;
  private final ClientVerification verification;

  /**
   * Creates the identity of a server that accepts client certificates of one authority.
   *
   * @param clockAhead how far the server's clock, which it checks client certificates against, is
   *     ahead
   */
  TlsIdentity(IssuedCertificate certificate, CertificateAuthority clients, Duration clockAhead) {
    try {
      X509ExtendedTrustManager now = trust(clients.root(), clockAhead);
      verification =
          new ClientVerification(
              // PKIX uses this machine's clock or a fixed time
              clockAhead.isZero() ? () -> now : () -> trust(clients.root(), clockAhead));
      context = context(certificate, verification);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot make a TLS context for the " + certificate, e);
    }
  }

  /** Returns a context for a server that requests no client certificate. */
  static SSLContext server(CertificateAuthority issuer, String commonName, Set<String> names) {
    try {
      return context(issuer.issueServer(commonName, names), null);
    } catch (GeneralSecurityException e) {
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
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new SingleKeyManager(certificate)},
        trust == null ? null : new TrustManager[] {trust},
        null);
    return context;
  }

  private static X509ExtendedTrustManager trust(X509Certificate root, Duration clockAhead) {
    try {
      return trust(root, clockAhead.isZero() ? null : Instant.now().plus(clockAhead));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot trust " + root.getSubjectX500Principal(), e);
    }
  }

  private static X509ExtendedTrustManager trust(X509Certificate root, @Nullable Instant date)
      throws GeneralSecurityException {
    PKIXBuilderParameters parameters =
        new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), new X509CertSelector());
    parameters.setRevocationEnabled(false);
    parameters.setDate(date == null ? null : Date.from(date));
    TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
    managers.init(new CertPathTrustManagerParameters(parameters));
    return (X509ExtendedTrustManager) managers.getTrustManagers()[0];
  }
}
