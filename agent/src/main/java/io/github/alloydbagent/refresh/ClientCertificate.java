package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.IssuedCertificate;
import io.github.alloydbagent.crypto.JdkProviders;
import io.github.alloydbagent.crypto.ServerTrust;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.time.Jitter;
import io.github.alloydbagent.util.CodedException;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A client certificate with its TLS context. There is one context per certificate, so that TLS
 * sessions can be resumed. The context trusts only the authorities of the cluster.
 */
public final class ClientCertificate {

  /**
   * Size of the TLS session cache. The JDK resumes the last session of each instance and address,
   * but a server issues a new session for every connection, and the default cache keeps 20,480 of
   * them, each of 20 KiB.
   */
  private static final int SESSION_CACHE_SIZE = 10;

  private final SSLContext context;
  private final Set<X509Certificate> authorities;
  private final Clock clock;
  private final long startMillis;
  private final long endMillis;
  private final long startNanos;
  private final long lifetimeMillis;

  /**
   * Creates a certificate that was issued just now.
   *
   * @param authorities the authorities of the cluster, which the context trusts
   * @param endMillis the end of its validity, on the wall clock
   * @param validityMillis from the beginning of its validity to the end
   */
  public ClientCertificate(
      SSLContext context,
      Collection<X509Certificate> authorities,
      Clock clock,
      long endMillis,
      long validityMillis) {
    this.context = context;
    this.authorities = new HashSet<>(authorities);
    this.clock = clock;
    this.startMillis = clock.wallMillis();
    this.endMillis = endMillis;
    this.startNanos = clock.nanoTime();
    this.lifetimeMillis = Math.min(endMillis - startMillis, validityMillis);
  }

  /**
   * Creates a certificate from a response of the Admin API.
   *
   * @throws IOException if the certificate is for another key, or TLS cannot be set up with it
   */
  @SuppressWarnings("JavaUtilDate") // X509Certificate's type
  static ClientCertificate of(IssuedCertificate issued, ClientKey key, Clock clock)
      throws IOException {
    List<X509Certificate> chain = inOrder(issued.chain(), key);
    X509Certificate leaf = chain.get(0);
    try {
      KeyManager keyManager =
          new SingleCertificateKeyManager(
              key.pair().getPrivate(), chain.toArray(new X509Certificate[0]));
      ServerTrust trust = ServerTrust.ofCluster(issued.authorities());
      SSLContext context = JdkProviders.sslContext("TLSv1.3");
      context.init(
          new KeyManager[] {keyManager}, new TrustManager[] {trust}, JdkProviders.secureRandom());
      context.getClientSessionContext().setSessionCacheSize(SESSION_CACHE_SIZE);
      long end = leaf.getNotAfter().getTime();
      return new ClientCertificate(
          context, issued.authorities(), clock, end, end - leaf.getNotBefore().getTime());
    } catch (GeneralSecurityException e) {
      throw new CodedException(
          ErrorCode.API_RESPONSE_INVALID,
          "TLS 1.3 cannot be set up with the client certificate: " + e,
          e);
    }
  }

  /**
   * Sorts the chain so that the certificate of this key comes first and each issuer follows. Key
   * stores and some servers accept no other order (RFC 8446, section 4.4.2).
   */
  private static List<X509Certificate> inOrder(List<X509Certificate> chain, ClientKey key)
      throws IOException {
    List<X509Certificate> rest = new ArrayList<>(chain);
    List<X509Certificate> ordered = new ArrayList<>();
    X509Certificate next = first(rest, c -> c.getPublicKey().equals(key.pair().getPublic()));
    if (next == null) {
      throw new CodedException(
          ErrorCode.API_RESPONSE_INVALID,
          "the client certificate does not match this process's key ("
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

  /** Returns whether the cluster had the same authorities when the other certificate was issued. */
  boolean hasAuthoritiesOf(ClientCertificate other) {
    return authorities.equals(other.authorities);
  }

  /** Returns when the certificate was received, in milliseconds of the wall clock. */
  long startMillis() {
    return startMillis;
  }

  /** Returns the end of the validity, in milliseconds of the wall clock. */
  public long endMillis() {
    return endMillis;
  }

  /** Returns how long the certificate was valid when it was received, in milliseconds. */
  long lifetimeMillis() {
    return lifetimeMillis;
  }

  /**
   * Returns how long the certificate remains valid, in milliseconds: the lesser of what the two
   * clocks show. The wall clock covers suspension of the machine, the monotonic clock covers a wall
   * clock that was set back.
   */
  long remainingMillis() {
    long age = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
    return Math.min(endMillis - clock.wallMillis(), lifetimeMillis - age);
  }

  public boolean isValid() {
    return remainingMillis() > 0;
  }

  /**
   * Returns the failure to report if the certificate was expired when it was received, which means
   * that this machine's clock is wrong.
   */
  IOException expiredException() {
    return new CodedException(
        ErrorCode.ISSUED_CERTIFICATE_EXPIRED,
        "the client certificate that the Admin API just issued is valid until "
            + Log.utc(endMillis)
            + ", and this machine's clock says "
            + Log.utc(clock.wallMillis())
            + ": check the clock.");
  }

  /**
   * Returns whether a refresh now should replace the certificate: from the earliest time at which
   * {@link Jitter} schedules a refresh. If such a refresh kept the certificate, further refreshes
   * would follow shortly after each other, until the rate limit delayed them past the expiry.
   */
  boolean isDue() {
    return lifetimeMillis - remainingMillis() >= earliestRefreshMillis();
  }

  /**
   * Returns the age in milliseconds at which {@link Jitter} schedules a refresh at the earliest.
   */
  long earliestRefreshMillis() {
    return Jitter.shortest(RefreshCalculator.delayMillis(lifetimeMillis, lifetimeMillis));
  }
}
