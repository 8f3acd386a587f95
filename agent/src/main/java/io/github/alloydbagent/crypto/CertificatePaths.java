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
 * Paths from a server's certificate to a trusted authority, validated by the JDK's PKIX.
 *
 * <p>Finds the paths itself among what the server sent. The JDK's {@code CertPathBuilder} may fetch
 * missing certificates from addresses that the server's certificate names ({@code
 * com.sun.security.enableAIAcaIssuers}).
 */
final class CertificatePaths {

  /** Certificates below an authority, as the JDK's {@code jdk.tls.maxCertificateChainLength}. */
  private static final int MAX_LENGTH = 10;

  /** Paths that are tried: a server chooses what it sends, and each try costs signatures. */
  private static final int MAX_PATHS = 8;

  /** Steps in search of them: certificates that all have one name can be put in any order. */
  private static final int MAX_STEPS = 100;

  private final Map<X500Principal, Set<X509Certificate>> anchors = new HashMap<>();
  private final boolean revocation;

  /**
   * @param trusted as the JDK parses them
   */
  CertificatePaths(Collection<X509Certificate> trusted, boolean revocation) {
    for (X509Certificate anchor : trusted) {
      X500Principal name = anchor.getSubjectX500Principal();
      Set<X509Certificate> same = anchors.get(name);
      if (same == null) {
        same = new LinkedHashSet<>(); // authorities keep their name when they change their key
        anchors.put(name, same);
      }
      same.add(anchor);
    }
    this.revocation = revocation;
  }

  X509Certificate[] anchors() {
    List<X509Certificate> all = new ArrayList<>();
    for (Set<X509Certificate> same : anchors.values()) {
      all.addAll(same);
    }
    return all.toArray(new X509Certificate[0]);
  }

  /**
   * A valid path, from the first certificate to the authority, both included.
   *
   * @param sent the server's own certificate, then others in any order
   * @throws CertPathValidatorException if there is a path, but none is valid
   * @throws UntrustedServerException if there is none
   */
  List<X509Certificate> validated(List<X509Certificate> sent) throws GeneralSecurityException {
    List<List<X509Certificate>> candidates = new ArrayList<>();
    collect(new ArrayList<>(sent.subList(0, 1)), sent, candidates, MAX_STEPS);
    CertPathValidatorException failure = null;
    for (List<X509Certificate> candidate : candidates) {
      try {
        validate(candidate);
        return candidate;
      } catch (CertPathValidatorException e) {
        // a signature that does not fit says only that this was the wrong path
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

  /** Returns how many of the steps are left. */
  private int collect(
      List<X509Certificate> path,
      List<X509Certificate> sent,
      List<List<X509Certificate>> candidates,
      int steps) {
    int left = steps - 1;
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
      if (path.size() == MAX_LENGTH || left <= 0) {
        break;
      }
      boolean known = path.contains(next) || (trusted != null && trusted.contains(next));
      if (!known && next.getSubjectX500Principal().equals(issuer)) {
        path.add(next);
        left = collect(path, sent, candidates, left);
        path.remove(path.size() - 1);
      }
    }
    return left;
  }

  private void validate(List<X509Certificate> path) throws GeneralSecurityException {
    int anchor = path.size() - 1;
    PKIXParameters parameters =
        new PKIXParameters(Collections.singleton(new TrustAnchor(path.get(anchor), null)));
    parameters.setRevocationEnabled(revocation);
    Provider signatures = revocation ? null : registeredProvider(path);
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
   * The JDK's provider of all signatures of the path, if there is one and the provider list has it
   * under its name: PKIX then verifies with it, and not with whatever provider comes first.
   */
  @SuppressWarnings("ReferenceEquality") // providers are maps, and equal if their contents are
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

  /** Once more, with the JDK's own providers, where PKIX cannot be told to use them. */
  private static void verifySignatures(List<X509Certificate> path) throws GeneralSecurityException {
    for (int i = 0; i < path.size() - 1; i++) {
      X509Certificate certificate = path.get(i);
      PublicKey key = Certificates.key(path.get(i + 1));
      certificate.verify(key, JdkProviders.of("Signature", certificate.getSigAlgName()));
    }
  }

  /** What is wrong with the path, by PKIX's reason. */
  static UntrustedServerException explained(CertPathValidatorException e) {
    CertPathValidatorException.Reason reason = e.getReason();
    Fault fault = Fault.USE; // a leaf as an issuer, name constraints, unknown critical extensions
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
    String which =
        e.getCertPath() == null || index < 0
            ? ""
            : " (certificate of "
                + ((X509Certificate) e.getCertPath().getCertificates().get(index))
                    .getSubjectX500Principal()
                + ")";
    return new UntrustedServerException(
        fault, "the server's certificate is not valid: " + e.getMessage() + which, e);
  }
}
