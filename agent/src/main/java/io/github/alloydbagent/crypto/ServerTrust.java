package io.github.alloydbagent.crypto;

import io.github.alloydbagent.crypto.UntrustedServerException.Fault;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verifies server certificates during the handshake, against a fixed set of authorities and the
 * dialed name or address.
 *
 * <p>It replaces the trust managers of {@code TrustManagerFactory}, whose default algorithm an
 * application may set to a factory that trusts every certificate. It also replaces the TLS
 * provider's endpoint identification, which only the JDK's own trust managers perform. The
 * verification therefore works with every TLS provider. It fetches nothing from addresses in
 * certificates, except for revocation checks that the JVM's settings request.
 */
public final class ServerTrust extends X509ExtendedTrustManager {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_USAGE = "2.5.29.37.0";

  /** Bits of the key usage extension, RFC 5280, section 4.2.1.3. */
  private static final int DIGITAL_SIGNATURE = 0;

  private static final int KEY_ENCIPHERMENT = 2;
  private static final int KEY_AGREEMENT = 4;

  private final CertificatePaths paths;
  private final Set<X509Certificate> pinned;
  private final boolean isPublic;

  private ServerTrust(CertificatePaths paths, Set<X509Certificate> pinned, boolean isPublic) {
    this.paths = paths;
    this.pinned = pinned;
    this.isPublic = isPublic;
  }

  /**
   * Returns the trust for the instances of a cluster: trusts only the cluster's authorities,
   * accepts no wildcards, and never checks revocation, because a private authority does not publish
   * revocations.
   */
  public static ServerTrust ofCluster(Collection<X509Certificate> authorities)
      throws CertificateException {
    Set<X509Certificate> anchors = parsed(authorities);
    return new ServerTrust(new CertificatePaths(anchors, false), new LinkedHashSet<>(), false);
  }

  /**
   * Returns the trust for API calls: a certificate may have wildcards or be one of the anchors
   * itself. Revocation is checked if the JVM's settings request it ({@code
   * com.sun.net.ssl.checkRevocation}).
   */
  public static ServerTrust ofPublic(Collection<X509Certificate> anchors)
      throws CertificateException {
    Set<X509Certificate> parsed = parsed(anchors);
    boolean revocation = Boolean.getBoolean("com.sun.net.ssl.checkRevocation");
    return new ServerTrust(new CertificatePaths(parsed, revocation), parsed, true);
  }

  private static Set<X509Certificate> parsed(Collection<X509Certificate> certificates)
      throws CertificateException {
    Set<X509Certificate> parsed = new LinkedHashSet<>();
    for (X509Certificate certificate : certificates) {
      parsed.add(Certificates.parsedByJdk(certificate));
    }
    return parsed;
  }

  /**
   * Checks a completed handshake with an instance, whatever the TLS provider has verified: the
   * server must have sent a certificate, and it must be for the dialed address. For a resumed
   * session, only the original handshake verified the certificate's path.
   *
   * @param dialedHost the host as it was passed to the socket
   */
  public static void checkInstance(SSLSession session, String dialedHost)
      throws SSLPeerUnverifiedException {
    checkConnected(session, dialedHost, false);
  }

  /** Checks a completed handshake like {@link #checkInstance}, for API calls. */
  public static void checkApi(SSLSession session, String dialedHost)
      throws SSLPeerUnverifiedException {
    checkConnected(session, dialedHost, true);
  }

  private static void checkConnected(SSLSession session, String dialedHost, boolean isPublic)
      throws SSLPeerUnverifiedException {
    Certificate[] chain = session.getPeerCertificates();
    try {
      checkName(Certificates.parsedByJdk(chain[0]), dialedHost, isPublic);
    } catch (CertificateException e) {
      SSLPeerUnverifiedException failure =
          new SSLPeerUnverifiedException(String.valueOf(e.getMessage()));
      failure.initCause(e);
      throw failure;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    check(chain, socket instanceof SSLSocket ? ((SSLSocket) socket).getHandshakeSession() : null);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain, engine == null ? null : engine.getHandshakeSession());
  }

  /** Always throws, because nothing can be verified without the dialed address. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, (SSLSession) null);
  }

  private void check(X509Certificate[] chain, @Nullable SSLSession handshake)
      throws CertificateException {
    String dialedHost = handshake == null ? null : handshake.getPeerHost();
    if (dialedHost == null) {
      throw new CertificateException("the TLS provider does not report which server was dialed");
    }
    verify(chain, dialedHost);
  }

  /** Performs the whole verification. */
  void verify(X509Certificate[] chain, String dialedHost) throws CertificateException {
    List<X509Certificate> sent = new ArrayList<>();
    for (X509Certificate each : chain) {
      sent.add(Certificates.parsedByJdk(each));
    }
    if (sent.isEmpty()) {
      throw new CertificateException("the server presented no certificate");
    }
    X509Certificate leaf = sent.get(0);
    if (pinned.contains(leaf)) {
      checkDate(leaf);
    } else {
      checkStrength(path(sent));
    }
    checkUse(leaf);
    checkName(leaf, dialedHost, isPublic);
  }

  /** Returns the certificates from the server's to the trusted authority, including both. */
  private List<X509Certificate> path(List<X509Certificate> sent) throws CertificateException {
    try {
      return paths.validPath(sent);
    } catch (CertPathValidatorException e) {
      throw CertificatePaths.explain(e);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("the server's certificate cannot be verified: " + e, e);
    }
  }

  private static void checkDate(X509Certificate certificate) throws UntrustedServerException {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      throw new UntrustedServerException(
          Fault.DATE, "the server's certificate is not valid: " + e.getMessage(), e);
    }
  }

  private static void checkStrength(List<X509Certificate> path) throws CertificateException {
    int anchor = path.size() - 1;
    for (int i = 0; i <= anchor; i++) {
      X509Certificate certificate = path.get(i);
      String weak;
      try {
        weak = Strength.keyWeakness(certificate);
        if (weak == null && i < anchor) { // the anchor's own signature is irrelevant
          weak = Strength.signatureWeakness(certificate);
        }
      } catch (GeneralSecurityException e) {
        throw new CertificateException(
            "the certificate of " + certificate.getSubjectX500Principal() + " cannot be read: " + e,
            e);
      }
      if (weak != null) {
        throw new UntrustedServerException(
            Fault.WEAK,
            "the certificate of " + certificate.getSubjectX500Principal() + " has " + weak,
            null);
      }
    }
  }

  private void checkUse(X509Certificate leaf) throws CertificateException {
    List<String> extended = leaf.getExtendedKeyUsage();
    if (extended != null && !extended.contains(SERVER_AUTH) && !extended.contains(ANY_USAGE)) {
      throw new UntrustedServerException(
          Fault.USE, "its extended key usage " + extended + " lacks server authentication", null);
    }
    boolean[] usage = leaf.getKeyUsage();
    if (usage == null || usage[DIGITAL_SIGNATURE]) {
      return;
    }
    // APIs may use TLS 1.2, which has key exchanges without server signatures
    if (!isPublic || !(usage[KEY_ENCIPHERMENT] || usage[KEY_AGREEMENT])) {
      throw new UntrustedServerException(Fault.USE, "its key usage lacks digital signatures", null);
    }
  }

  private static void checkName(X509Certificate leaf, String dialedHost, boolean isPublic)
      throws CertificateException {
    if (!ServerNames.match(leaf, dialedHost, isPublic)) {
      throw new UntrustedServerException(
          Fault.ADDRESS,
          "the server's certificate is valid for "
              + ServerNames.describe(leaf)
              + ", not for "
              + dialedHost,
          null);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return paths.anchors();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("client certificates are not verified here");
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("client certificates are not verified here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("client certificates are not verified here");
  }
}
