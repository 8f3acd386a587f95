package io.github.alloydbagent.local;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority with a root and an intermediate. Its keys are on P-256, which is fast to
 * generate and which every JDK supports. It signs any public key that a client sends.
 */
final class CertificateAuthority {
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

  private final SecureRandom random = new SecureRandom();
  private final X509Certificate root;
  private final X509Certificate intermediate;
  private final X500Name rootName;
  private final KeyPair rootKey;
  private final X500Name issuer;
  private final KeyPair issuerKey;

  CertificateAuthority(String name) {
    Instant now = Instant.now().minusSeconds(60);
    rootName = new X500Name("CN=" + name + " root");
    issuer = new X500Name("CN=" + name + " intermediate");
    rootKey = newKey();
    issuerKey = newKey();
    root = authority(rootName, rootKey, rootName, rootKey, 1, now);
    intermediate = authority(rootName, rootKey, issuer, issuerKey, 0, now);
  }

  X509Certificate root() {
    return root;
  }

  /** Returns a client's certificate chain: leaf, intermediate, root. */
  List<X509Certificate> issueClient(
      SubjectPublicKeyInfo key, X500Name subject, Instant from, Instant until) {
    try {
      X509v3CertificateBuilder leaf = builder(issuer, subject, key, from, until);
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
      return List.of(sign(leaf, issuerKey), intermediate, root);
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate extension cannot be encoded", e);
    }
  }

  /** Issues a server certificate for addresses and DNS names. */
  IssuedCertificate issueServer(String commonName, Collection<String> names) {
    Instant from = Instant.now().minusSeconds(60);
    return issueServer(
        new Issuer(issuer, issuerKey, List.of(intermediate)),
        newKey(),
        commonName,
        names,
        from,
        from.plus(LIFE),
        KeyPurposeId.id_kp_serverAuth,
        "SHA256");
  }

  /** Issues a server certificate that clients must reject. */
  IssuedCertificate issueFaultyServer(Collection<String> names, CertificateFault fault) {
    Issuer by = new Issuer(issuer, issuerKey, List.of(intermediate));
    Instant now = Instant.now();
    Instant from = now.minusSeconds(60);
    Instant until = from.plus(LIFE);
    KeyPurposeId server = KeyPurposeId.id_kp_serverAuth;
    KeyPair key = newKey();
    String first = names.iterator().next();
    return switch (fault) {
      case COMMON_NAME_ONLY ->
          issueServer(by, key, first, List.of(), from, until, server, "SHA256");
      case CLIENT_ONLY ->
          issueServer(
              by, key, "client", names, from, until, KeyPurposeId.id_kp_clientAuth, "SHA256");
      case EXPIRED ->
          issueServer(by, key, "old", names, from, now.minusSeconds(30), server, "SHA256");
      case NOT_YET_VALID ->
          issueServer(by, key, "new", names, now.plusSeconds(86_400), until, server, "SHA256");
      case RSA_1024 -> issueServer(by, newRsaKey(), "rsa", names, from, until, server, "SHA256");
      case SHA1 -> issueServer(by, key, "sha1", names, from, until, server, "SHA1");
      case LEAF_AS_ISSUER -> {
        KeyPair leafKey = newKey();
        IssuedCertificate leaf =
            issueServer(by, leafKey, "leaf", names, from, until, server, "SHA256");
        Issuer other = new Issuer(new X500Name("CN=leaf"), leafKey, leaf.chain());
        yield issueServer(other, key, "below", names, from, until, server, "SHA256");
      }
      case NAME_CONSTRAINTS -> {
        GeneralName network = new GeneralName(GeneralName.iPAddress, "10.9.0.0/16");
        NameConstraints only =
            new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(network)}, null);
        Issuer constrained = authorityBelowRoot("constrained", newKey(), only);
        yield issueServer(constrained, key, "outside", names, from, until, server, "SHA256");
      }
      case SHORT_CURVE -> {
        Issuer weak = authorityBelowRoot("weak", newShortKey(), null);
        yield issueServer(weak, key, "below", names, from, until, server, "SHA256");
      }
    };
  }

  /** An issuer and its certificate chain, without the root. */
  private record Issuer(X500Name name, KeyPair key, List<X509Certificate> chain) {}

  private Issuer authorityBelowRoot(
      String commonName, KeyPair key, @Nullable NameConstraints constraints) {
    X500Name name = new X500Name("CN=" + commonName);
    Instant from = Instant.now().minusSeconds(60);
    try {
      X509v3CertificateBuilder ca = builder(rootName, name, publicKey(key), from, from.plus(LIFE));
      ca.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      ca.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      if (constraints != null) {
        ca.addExtension(Extension.nameConstraints, true, constraints);
      }
      return new Issuer(name, key, List.of(sign(ca, rootKey)));
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate extension cannot be encoded", e);
    }
  }

  private IssuedCertificate issueServer(
      Issuer by,
      KeyPair key,
      String commonName,
      Collection<String> names,
      Instant from,
      Instant until,
      KeyPurposeId purpose,
      String digest) {
    try {
      X509v3CertificateBuilder leaf =
          builder(by.name(), new X500Name("CN=" + commonName), publicKey(key), from, until);
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
      if (!names.isEmpty()) {
        leaf.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      }
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(sign(leaf, by.key(), digest));
      chain.addAll(by.chain());
      return new IssuedCertificate(chain, key.getPrivate());
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate extension cannot be encoded", e);
    }
  }

  private static GeneralNames alternatives(Collection<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                n ->
                    new GeneralName(
                        IPAddress.isValid(n) ? GeneralName.iPAddress : GeneralName.dNSName, n))
            .toArray(GeneralName[]::new));
  }

  private X509Certificate authority(
      X500Name issuerName, KeyPair signer, X500Name name, KeyPair key, int below, Instant from) {
    try {
      X509v3CertificateBuilder ca =
          builder(issuerName, name, publicKey(key), from, from.plus(LIFE));
      ca.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
      ca.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return sign(ca, signer);
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate extension cannot be encoded", e);
    }
  }

  private X509v3CertificateBuilder builder(
      X500Name issuerName,
      X500Name subject,
      SubjectPublicKeyInfo key,
      Instant from,
      Instant until) {
    return new X509v3CertificateBuilder(
        issuerName, new BigInteger(96, random), Date.from(from), Date.from(until), subject, key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder certificate, KeyPair signer) {
    return sign(certificate, signer, "SHA256");
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder certificate, KeyPair signer, String digest) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              certificate.build(
                  new JcaContentSignerBuilder(digest + "withECDSA")
                      .setProvider(BOUNCY_CASTLE)
                      .build(signer.getPrivate())));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign a certificate", e);
    }
  }

  private static SubjectPublicKeyInfo publicKey(KeyPair key) {
    return SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded());
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  private static KeyPair newRsaKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(1024);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** Returns a key on a curve that the JDK removed in version 16. */
  private static KeyPair newShortKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BOUNCY_CASTLE);
      generator.initialize(new ECGenParameterSpec("secp224r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Bouncy Castle has P-224", e);
    }
  }
}
