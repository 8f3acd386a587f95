package io.github.alloydbagent.local;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A certificate authority with a root and an intermediate, on P-256 since that is quick to make and
 * known to every JDK. It signs whatever public keys the clients have.
 */
final class CertificateAuthority {
  private static final Duration LIFE = Duration.ofDays(3650);

  private final SecureRandom random = new SecureRandom();
  private final X509Certificate root;
  private final X509Certificate intermediate;
  private final X500Name issuer;
  private final KeyPair issuerKey;

  CertificateAuthority(String name) {
    Instant now = Instant.now().minusSeconds(60);
    X500Name rootName = new X500Name("CN=" + name + " root");
    issuer = new X500Name("CN=" + name + " intermediate");
    KeyPair rootKey = newKey();
    issuerKey = newKey();
    root = authority(rootName, rootKey, rootName, rootKey, 1, now);
    intermediate = authority(rootName, rootKey, issuer, issuerKey, 0, now);
  }

  X509Certificate root() {
    return root;
  }

  /** A client's chain: leaf, intermediate, root. */
  List<X509Certificate> issueClient(
      SubjectPublicKeyInfo key, X500Name subject, Instant from, Instant until) {
    try {
      X509v3CertificateBuilder leaf = builder(issuer, subject, key, from, until);
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
      return List.of(sign(leaf, issuerKey), intermediate, root);
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate's extension has no encoding", e);
    }
  }

  /** A server's certificate for addresses and DNS names. */
  IssuedCertificate issueServer(String commonName, Collection<String> names) {
    KeyPair key = newKey();
    Instant from = Instant.now().minusSeconds(60);
    try {
      X509v3CertificateBuilder leaf =
          builder(issuer, new X500Name("CN=" + commonName), publicKey(key), from, from.plus(LIFE));
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      if (!names.isEmpty()) {
        leaf.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      }
      return new IssuedCertificate(List.of(sign(leaf, issuerKey), intermediate), key.getPrivate());
    } catch (CertIOException e) {
      throw new IllegalStateException("a certificate's extension has no encoding", e);
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
      throw new IllegalStateException("a certificate's extension has no encoding", e);
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
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              certificate.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
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
}
