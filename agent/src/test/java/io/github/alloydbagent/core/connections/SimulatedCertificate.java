package io.github.alloydbagent.core.connections;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate without a signature, which saves the time for signing: a simulated month issues
 * thousands.
 */
@SuppressWarnings({"JavaUtilDate", "deprecation"}) // of X509Certificate
public final class SimulatedCertificate extends X509Certificate {
  private static final long serialVersionUID = 1L;
  private static final X500Principal NAME = new X500Principal("CN=simulated");

  private final transient KeyPair key;
  private final long startMillis;
  private final long endMillis;

  public SimulatedCertificate(KeyPair key, long startMillis, long endMillis) {
    this.key = key;
    this.startMillis = startMillis;
    this.endMillis = endMillis;
  }

  @Override
  public void checkValidity() {}

  @Override
  public void checkValidity(Date date)
      throws CertificateExpiredException, CertificateNotYetValidException {}

  @Override
  public int getVersion() {
    return 3;
  }

  @Override
  public BigInteger getSerialNumber() {
    return BigInteger.ONE;
  }

  @Override
  public Principal getIssuerDN() {
    return NAME;
  }

  @Override
  public Principal getSubjectDN() {
    return NAME;
  }

  @Override
  public X500Principal getIssuerX500Principal() {
    return NAME;
  }

  @Override
  public X500Principal getSubjectX500Principal() {
    return NAME;
  }

  @Override
  public Date getNotBefore() {
    return new Date(startMillis);
  }

  @Override
  public Date getNotAfter() {
    return new Date(endMillis);
  }

  @Override
  public byte[] getTBSCertificate() {
    return new byte[0];
  }

  @Override
  public byte[] getSignature() {
    return new byte[0];
  }

  @Override
  public String getSigAlgName() {
    return "none";
  }

  @Override
  public String getSigAlgOID() {
    return "0.0";
  }

  @Override
  public byte[] getSigAlgParams() {
    return new byte[0];
  }

  @Override
  public boolean[] getIssuerUniqueID() {
    return null;
  }

  @Override
  public boolean[] getSubjectUniqueID() {
    return null;
  }

  @Override
  public boolean[] getKeyUsage() {
    return null;
  }

  @Override
  public int getBasicConstraints() {
    return -1;
  }

  @Override
  public byte[] getEncoded() {
    return (startMillis + " " + endMillis).getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void verify(PublicKey issuer) {}

  @Override
  public void verify(PublicKey issuer, String provider) {}

  @Override
  public String toString() {
    return "certificate until " + endMillis;
  }

  @Override
  public PublicKey getPublicKey() {
    return key.getPublic();
  }

  @Override
  public boolean hasUnsupportedCriticalExtension() {
    return false;
  }

  @Override
  public Set<String> getCriticalExtensionOIDs() {
    return null;
  }

  @Override
  public Set<String> getNonCriticalExtensionOIDs() {
    return null;
  }

  @Override
  public byte[] getExtensionValue(String oid) {
    return null;
  }
}
