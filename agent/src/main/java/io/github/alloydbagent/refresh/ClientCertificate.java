package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.crypto.ServerTrust;
import io.github.alloydbagent.time.Jitter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A client certificate and the one TLS context made of it, so that sessions under it can be
 * resumed. The context trusts the cluster's own authorities and nothing else.
 */
public final class ClientCertificate {

  /**
   * TLS sessions that are remembered: the JDK resumes the last one of each instance and address. A
   * server gives a new one with every connection, and it would keep 20,480 of them, at 20 KiB each.
   */
  private static final int SESSIONS = 10;

  private final SSLContext context;
  private final long lifeMillis;
  private final long endMillis;

  /**
   * @param startMillis when it came, by the same clock as its end
   */
  ClientCertificate(SSLContext context, long startMillis, long endMillis) {
    this.context = context;
    this.lifeMillis = endMillis - startMillis;
    this.endMillis = endMillis;
  }

  /**
   * @param nowMillis of the wall clock
   * @throws IOException if the certificate is for another key, or TLS cannot be set up with it
   */
  @SuppressWarnings("JavaUtilDate") // X509Certificate's type
  static ClientCertificate of(IssuedCertificate issued, ClientKey key, long nowMillis)
      throws IOException {
    List<X509Certificate> chain = inOrder(issued.chain(), key);
    X509Certificate leaf = chain.get(0);
    try {
      KeyManager shown =
          new CertifiedKey(key.pair().getPrivate(), chain.toArray(new X509Certificate[0]));
      ServerTrust trust = ServerTrust.ofCluster(issued.authorities());
      SSLContext context = JdkProviders.sslContext("TLSv1.3");
      context.init(
          new KeyManager[] {shown}, new TrustManager[] {trust}, JdkProviders.secureRandom());
      context.getClientSessionContext().setSessionCacheSize(SESSIONS);
      return new ClientCertificate(context, nowMillis, leaf.getNotAfter().getTime());
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS 1.3 cannot be set up with the client certificate: " + e, e);
    }
  }

  /**
   * The chain from the certificate of this key upwards, whatever the order that it came in: key
   * stores take no other, and some servers neither (RFC 8446, section 4.4.2).
   */
  private static List<X509Certificate> inOrder(List<X509Certificate> chain, ClientKey key)
      throws IOException {
    List<X509Certificate> rest = new ArrayList<>(chain);
    List<X509Certificate> ordered = new ArrayList<>();
    X509Certificate next = first(rest, c -> c.getPublicKey().equals(key.pair().getPublic()));
    if (next == null) {
      throw new IOException(
          "the client certificate is for another key than this process has ("
              + chain.get(0).getSubjectX500Principal()
              + ")");
    }
    while (next != null) {
      ordered.add(next);
      rest.remove(next);
      X500Principal issuer = next.getIssuerX500Principal();
      next = first(rest, c -> c.getSubjectX500Principal().equals(issuer));
    }
    return ordered;
  }

  private static @Nullable X509Certificate first(
      List<X509Certificate> certificates, Predicate<X509Certificate> wanted) {
    for (X509Certificate certificate : certificates) {
      if (wanted.test(certificate)) {
        return certificate;
      }
    }
    return null;
  }

  public SSLContext context() {
    return context;
  }

  /** When it came, in milliseconds of the wall clock. */
  long startMillis() {
    return endMillis - lifeMillis;
  }

  /** How long it was valid when it came, in milliseconds. */
  long lifeMillis() {
    return lifeMillis;
  }

  /**
   * Whether a refresh at that time is to replace it: from the earliest time that {@link Jitter}
   * plans one for. One that did not would be followed by others, each a little later, until the
   * rate limit holds them up past the end.
   */
  boolean isDueAt(long millis) {
    long start = endMillis - lifeMillis;
    return millis >= start + Jitter.earliest(RefreshCalculator.delay(start, lifeMillis, endMillis));
  }

  /** The end of its validity, in milliseconds of the wall clock. */
  public long endMillis() {
    return endMillis;
  }
}
