package io.github.alloydbagent.crypto;

import io.github.alloydbagent.crypto.UntrustedServerException.Fault;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Finds paths from a server's certificate to a trusted authority and validates them with the JDK's
 * PKIX implementation.
 *
 * <p>It searches for paths only in the certificates that the server sent. The JDK's {@code
 * CertPathBuilder} may fetch missing certificates from addresses in the server's certificate
 * ({@code com.sun.security.enableAIAcaIssuers}).
 */
final class CertificatePaths {

  /**
   * Maximum number of certificates below an authority, as in the JDK's {@code
   * jdk.tls.maxCertificateChainLength}.
   */
  private static final int MAX_LENGTH = 10;

  /**
   * Maximum number of paths to validate: the server controls the certificates, and each validation
   * verifies signatures.
   */
  private static final int MAX_PATHS = 8;

  /**
   * Maximum number of search steps: certificates with identical names can be combined in any order.
   */
  private static final int MAX_STEPS = 100;

  private final Map<X500Principal, Set<X509Certificate>> anchors = new HashMap<>();
  private final boolean checksRevocation;

  /**
   * @param trusted certificates parsed by the JDK
   */
  CertificatePaths(Collection<X509Certificate> trusted, boolean checksRevocation) {
    for (X509Certificate anchor : trusted) {
      X500Principal name = anchor.getSubjectX500Principal();
      Set<X509Certificate> sameName = anchors.get(name);
      if (sameName == null) {
        sameName = new LinkedHashSet<>(); // an authority keeps its name when it changes its key
        anchors.put(name, sameName);
      }
      sameName.add(anchor);
    }
    this.checksRevocation = checksRevocation;
  }

  X509Certificate[] anchors() {
    List<X509Certificate> all = new ArrayList<>();
    for (Set<X509Certificate> sameName : anchors.values()) {
      all.addAll(sameName);
    }
    return all.toArray(new X509Certificate[0]);
  }

  /**
   * Returns a valid path from the server's certificate to the authority, including both.
   *
   * @param sent the server's own certificate, followed by others in any order
   * @throws CertPathValidatorException if there are paths, but none of them is valid
   * @throws UntrustedServerException if there is no path
   */
  List<X509Certificate> validPath(List<X509Certificate> sent) throws GeneralSecurityException {
    List<List<X509Certificate>> candidates = new ArrayList<>();
    collect(new ArrayList<>(sent.subList(0, 1)), sent, candidates, MAX_STEPS);
    CertPathValidatorException failure = null;
    for (List<X509Certificate> candidate : candidates) {
      try {
        validate(candidate);
        return candidate;
      } catch (CertPathValidatorException e) {
        // an invalid signature only shows that this is the wrong path
        if (failure == null || failure.getReason() == BasicReason.INVALID_SIGNATURE) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    X509Certificate leaf = sent.get(0);
    throw new UntrustedServerException(
        Fault.AUTHORITY,
        "PKIX path building failed: no trusted authority issued the certificate of "
            + leaf.getSubjectX500Principal()
            + ", whose issuer is "
            + leaf.getIssuerX500Principal(),
        null);
  }

  /** Returns the number of remaining steps. */
  private int collect(
      List<X509Certificate> path,
      List<X509Certificate> sent,
      List<List<X509Certificate>> candidates,
      int steps) {
    int remainingSteps = steps - 1;
    X500Principal issuer = path.get(path.size() - 1).getIssuerX500Principal();
    Set<X509Certificate> trusted = anchors.get(issuer);
    if (trusted != null) {
      for (X509Certificate anchor : trusted) {
        if (candidates.size() < MAX_PATHS) {
          List<X509Certificate> candidate = new ArrayList<>(path);
          candidate.add(anchor);
          candidates.add(candidate);
        }
      }
    }
    for (X509Certificate next : sent) {
      if (path.size() == MAX_LENGTH || remainingSteps <= 0) {
        break;
      }
      boolean isKnown = path.contains(next) || (trusted != null && trusted.contains(next));
      if (!isKnown && next.getSubjectX500Principal().equals(issuer)) {
        path.add(next);
        remainingSteps = collect(path, sent, candidates, remainingSteps);
        path.remove(path.size() - 1);
      }
    }
    return remainingSteps;
  }

  private void validate(List<X509Certificate> path) throws GeneralSecurityException {
    int anchor = path.size() - 1;
    PKIXParameters parameters =
        new PKIXParameters(Collections.singleton(new TrustAnchor(path.get(anchor), null)));
    parameters.setRevocationEnabled(checksRevocation);
    Provider signatures = checksRevocation ? null : registeredProvider(path);
    if (signatures != null) {
      parameters.setSigProvider(signatures.getName());
    }
    JdkProviders.certPathValidator()
        .validate(
            JdkProviders.certificateFactory().generateCertPath(path.subList(0, anchor)),
            parameters);
    if (signatures == null) {
      verifySignatures(path);
    }
  }

  /**
   * Returns the JDK's provider if one provider supports all signatures of the path and is
   * registered under its name; PKIX then verifies with it instead of the first registered provider.
   */
  @SuppressWarnings("ReferenceEquality") // providers are maps, whose equals compares contents
  private static @Nullable Provider registeredProvider(List<X509Certificate> path) {
    Provider first = null;
    for (X509Certificate certificate : path.subList(0, path.size() - 1)) {
      Provider provider = JdkProviders.find("Signature", certificate.getSigAlgName());
      if (provider == null || (first != null && first != provider)) {
        return null;
      }
      first = provider;
    }
    return first != null && Security.getProvider(first.getName()) == first ? first : null;
  }

  /**
   * Verifies the signatures again with the JDK's own providers, if PKIX cannot be configured to use
   * them.
   */
  private static void verifySignatures(List<X509Certificate> path) throws GeneralSecurityException {
    for (int i = 0; i < path.size() - 1; i++) {
      X509Certificate certificate = path.get(i);
      PublicKey key = Certificates.key(path.get(i + 1));
      certificate.verify(key, JdkProviders.of("Signature", certificate.getSigAlgName()));
    }
  }

  /** Converts PKIX's reason to an exception that describes the fault. */
  static UntrustedServerException explain(CertPathValidatorException e) {
    CertPathValidatorException.Reason reason = e.getReason();
    // for example a leaf as an issuer, name constraints, or an unknown critical extension
    Fault fault = Fault.USE;
    if (reason == BasicReason.EXPIRED || reason == BasicReason.NOT_YET_VALID) {
      fault = Fault.DATE;
    } else if (reason == BasicReason.INVALID_SIGNATURE) {
      fault = Fault.AUTHORITY;
    } else if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
      fault = Fault.DISABLED;
    } else if (reason == BasicReason.REVOKED
        || reason == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
      fault = Fault.REVOCATION;
    }
    int index = e.getIndex();
    String certificateName =
        e.getCertPath() == null || index < 0
            ? ""
            : " (certificate of "
                + ((X509Certificate) e.getCertPath().getCertificates().get(index))
                    .getSubjectX500Principal()
                + ")";
    return new UntrustedServerException(
        fault, "the server's certificate is not valid: " + e.getMessage() + certificateName, e);
  }
}
