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
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private final Clock clock;
  private final long startMillis;
  private final long endMillis;
  private final long startNanos;
  private final long lifeMillis;

  /**
   * A certificate that came just now.
   *
   * @param endMillis the end of its validity, of the wall clock
   * @param validityMillis from the beginning of its validity to the end
   */
  public ClientCertificate(SSLContext context, Clock clock, long endMillis, long validityMillis) {
    this.context = context;
    this.clock = clock;
    this.startMillis = clock.wallMillis();
    this.endMillis = endMillis;
    this.startNanos = clock.nanoTime();
    this.lifeMillis = Math.min(endMillis - startMillis, validityMillis);
  }

  /**
   * @throws IOException if the certificate is for another key, or TLS cannot be set up with it
   */
  @SuppressWarnings("JavaUtilDate") // X509Certificate's type
  static ClientCertificate of(IssuedCertificate issued, ClientKey key, Clock clock)
      throws IOException {
    List<X509Certificate> chain = inOrder(issued.chain(), key);
    X509Certificate leaf = chain.get(0);
    try {
      KeyManager shown =
          new SingleCertificateKeyManager(
              key.pair().getPrivate(), chain.toArray(new X509Certificate[0]));
      ServerTrust trust = ServerTrust.ofCluster(issued.authorities());
      SSLContext context = JdkProviders.sslContext("TLSv1.3");
      context.init(
          new KeyManager[] {shown}, new TrustManager[] {trust}, JdkProviders.secureRandom());
      context.getClientSessionContext().setSessionCacheSize(SESSIONS);
      long end = leaf.getNotAfter().getTime();
      return new ClientCertificate(context, clock, end, end - leaf.getNotBefore().getTime());
    } catch (GeneralSecurityException e) {
      throw new CodedException(
          ErrorCode.API_RESPONSE_INVALID,
          "TLS 1.3 cannot be set up with the client certificate: " + e,
          e);
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
      throw new CodedException(
          ErrorCode.API_RESPONSE_INVALID,
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
    return startMillis;
  }

  /** The end of its validity, in milliseconds of the wall clock. */
  public long endMillis() {
    return endMillis;
  }

  /** How long it was valid when it came, in milliseconds. */
  long lifeMillis() {
    return lifeMillis;
  }

  /**
   * How long it remains valid, in milliseconds, by the clock that says less: the wall clock knows
   * of a machine that slept, and the monotonic one of a wall clock that was set back.
   */
  long remainingMillis() {
    long age = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
    return Math.min(endMillis - clock.wallMillis(), lifeMillis - age);
  }

  public boolean isValid() {
    return remainingMillis() > 0;
  }

  /** What to say if it has expired when it comes: nobody issues such certificates. */
  IOException expired() {
    return new CodedException(
        ErrorCode.ISSUED_CERTIFICATE_EXPIRED,
        "the client certificate that the Admin API has just issued is valid until "
            + Log.utc(endMillis)
            + ", and this machine's clock says "
            + Log.utc(clock.wallMillis())
            + ": check that clock.");
  }

  /**
   * Whether a refresh now is to replace it: from the earliest time that {@link Jitter} plans one
   * for. A refresh that did not would be followed by others, each a little later, until the rate
   * limit holds them up past the end.
   */
  boolean isDue() {
    long age = lifeMillis - remainingMillis();
    return age >= Jitter.earliest(RefreshCalculator.delay(lifeMillis, lifeMillis));
  }
}
