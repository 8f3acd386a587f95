package io.github.alloydbagent.admin;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

/** A client certificate as the API issued it, with the authorities of the cluster's servers. */
public final class IssuedCertificate {
  private final List<X509Certificate> chain;
  private final List<X509Certificate> authorities;

  /**
   * @param chain leaf first
   * @param authorities at least one; several while one replaces the other
   */
  public IssuedCertificate(List<X509Certificate> chain, List<X509Certificate> authorities) {
    this.chain = Collections.unmodifiableList(chain);
    this.authorities = Collections.unmodifiableList(authorities);
  }

  /** Leaf first. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** The only anchors that a server of this cluster is trusted by. */
  public List<X509Certificate> authorities() {
    return authorities;
  }
}
