package io.github.alloydbagent.crypto;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate with its key, which may issue others; created by {@link #builder}. */
final class Issued {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  final X509Certificate certificate;
  final KeyPair key;

  private Issued(X509Certificate certificate, KeyPair key) {
    this.certificate = certificate;
    this.key = key;
  }

  static Builder builder(String name) {
    return new Builder(name);
  }

  static Issued authority(String name) {
    return builder(name).authority().by(null);
  }

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Describes a certificate; by default it is valid now, uses P-256 and is signed with SHA-256. */
  static final class Builder {
    private final String name;
    private final List<Object[]> extensions = new ArrayList<>();
    private KeyPair key = ec("secp256r1");
    private String digest = "SHA256";
    private Instant from = Instant.now().minusSeconds(60);
    private Instant until = Instant.now().plusSeconds(3600);

    private Builder(String name) {
      this.name = name;
    }

    Builder key(KeyPair other) {
      key = other;
      return this;
    }

    Builder digest(String other) {
      digest = other;
      return this;
    }

    Builder valid(long fromSeconds, long untilSeconds) {
      from = Instant.now().plusSeconds(fromSeconds);
      until = Instant.now().plusSeconds(untilSeconds);
      return this;
    }

    Builder authority() {
      extension(Extension.basicConstraints, true, new BasicConstraints(true));
      return usage(KeyUsage.keyCertSign);
    }

    Builder usage(int bits) {
      return extension(Extension.keyUsage, true, new KeyUsage(bits));
    }

    Builder purpose(KeyPurposeId purpose) {
      return extension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }

    /** Distinguishes IP addresses from DNS names by their digits. */
    Builder names(String... names) {
      GeneralName[] all = new GeneralName[names.length];
      for (int i = 0; i < names.length; i++) {
        boolean address = names[i].matches("[0-9.]+|.*:.*");
        all[i] = new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, names[i]);
      }
      return extension(Extension.subjectAlternativeName, false, new GeneralNames(all));
    }

    Builder extension(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {
      extensions.add(new Object[] {id, critical, value});
      return this;
    }

    /**
     * @param issuer null for a self-signed certificate
     */
    Issued by(Issued issuer) {
      try {
        KeyPair signer = issuer == null ? key : issuer.key;
        X500Name subject = new X500Name("CN=" + name);
        JcaX509v3CertificateBuilder certificate =
            new JcaX509v3CertificateBuilder(
                issuer == null
                    ? subject
                    : new X500Name(issuer.certificate.getSubjectX500Principal().getName()),
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(from),
                Date.from(until),
                subject,
                key.getPublic());
        for (Object[] each : extensions) {
          certificate.addExtension(
              (ASN1ObjectIdentifier) each[0], (Boolean) each[1], (ASN1Encodable) each[2]);
        }
        String algorithm =
            digest + "with" + (signer.getPrivate().getAlgorithm().equals("EC") ? "ECDSA" : "RSA");
        return new Issued(
            new JcaX509CertificateConverter()
                .getCertificate(
                    certificate.build(
                        new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))),
            key);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
