package io.github.alloydbagent.local;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** A cluster: its certificate authority and its instances. Thread-safe. */
public final class LocalCluster {
  /** Marks, in its subject, a certificate whose tunnels begin with a metadata exchange. */
  static final String EXCHANGE_MARK = "OU=metadata-exchange";

  private final ResourceName resource;
  private final Map<String, LocalInstance> instances = new TreeMap<>();
  private volatile CertificateAuthority authority;
  private volatile Duration longestLife = Duration.ofDays(1);
  private volatile Duration clockAhead = Duration.ZERO;
  private volatile Duration earlyBy = Duration.ofMinutes(1);

  LocalCluster(ResourceName resource) {
    this.resource = resource;
    this.authority = new CertificateAuthority(resource.cluster());
  }

  /** Returns {@code projects/P/locations/L/clusters/C}. */
  public String name() {
    return resource.clusterName();
  }

  /**
   * Limits the lifetime of client certificates issued from now on, whatever lifetime clients
   * request.
   */
  public void certificateLife(Duration longest) {
    longestLife = longest;
  }

  /**
   * Sets the clock that the cluster's servers and certificates use ahead of this machine's clock,
   * as if the client's clock were slow.
   */
  public void clockAhead(Duration by) {
    clockAhead = by;
    instances.values().forEach(LocalInstance::renewCertificate);
  }

  Duration clockAhead() {
    return clockAhead;
  }

  /**
   * Sets how long before their issue client certificates become valid, initially one minute; a
   * negative duration makes them valid later.
   */
  public void certificatesBegin(Duration early) {
    earlyBy = early;
  }

  /**
   * Replaces the certificate authority: from now on all instances present certificates of the new
   * one and accept only its client certificates.
   */
  public void renewAuthority() {
    authority = new CertificateAuthority(resource.cluster());
    instances.values().forEach(LocalInstance::renewCertificate);
  }

  /** Returns the PEM certificate that clients of this cluster trust. */
  public String caCertificate() {
    return Pem.of(authority.root());
  }

  ResourceName resource() {
    return resource;
  }

  CertificateAuthority authority() {
    return authority;
  }

  Map<String, LocalInstance> instances() {
    return Collections.unmodifiableMap(instances);
  }

  /** Adds an instance; used only by the builder. */
  void add(LocalInstance instance) {
    instances.put(instance.shortName(), instance);
  }

  List<X509Certificate> issue(SubjectPublicKeyInfo key, Duration asked, boolean exchange) {
    Duration life = asked.compareTo(longestLife) < 0 ? asked : longestLife;
    // certificates have no fractions of a second; a certificate with a lifetime of zero must
    // already be expired
    Instant now = Instant.now().plus(clockAhead);
    Instant until = now.plus(life).truncatedTo(ChronoUnit.SECONDS);
    Instant from = until.minus(life).minus(earlyBy);
    String subject = (exchange ? EXCHANGE_MARK + "," : "") + "CN=" + resource.cluster() + " client";
    return authority.issueClient(key, new X500Name(subject), from, until);
  }
}
