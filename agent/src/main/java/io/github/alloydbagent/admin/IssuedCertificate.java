package io.github.alloydbagent.admin;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

/** A client certificate as the API issued it, with the authority of the cluster's servers. */
public final class IssuedCertificate {
  private final List<X509Certificate> chain;
  private final X509Certificate authority;

  /**
   * @param chain leaf first
   */
  public IssuedCertificate(List<X509Certificate> chain, X509Certificate authority) {
    this.chain = Collections.unmodifiableList(chain);
    this.authority = authority;
  }

  /** Leaf first. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** The only anchor that a server of this cluster is trusted by. */
  public X509Certificate authority() {
    return authority;
  }
}
