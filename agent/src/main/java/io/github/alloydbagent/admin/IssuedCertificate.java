package io.github.alloydbagent.admin;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

/**
 * A client certificate as the API issued it, with the certificate authorities of the cluster's
 * servers.
 */
public final class IssuedCertificate {
  private final List<X509Certificate> chain;
  private final List<X509Certificate> authorities;

  /**
   * Creates a certificate.
   *
   * @param chain the certificate chain, leaf first
   * @param authorities at least one; several while the cluster's authority is being replaced
   */
  public IssuedCertificate(List<X509Certificate> chain, List<X509Certificate> authorities) {
    this.chain = Collections.unmodifiableList(chain);
    this.authorities = Collections.unmodifiableList(authorities);
  }

  /** Returns the certificate chain, leaf first. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** Returns the only trust anchors for servers of this cluster. */
  public List<X509Certificate> authorities() {
    return authorities;
  }
}
