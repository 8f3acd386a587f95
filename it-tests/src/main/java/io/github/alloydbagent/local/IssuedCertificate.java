package io.github.alloydbagent.local;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** A server certificate: the chain to send, leaf first and without the root, and its key. */
record IssuedCertificate(List<X509Certificate> chain, PrivateKey key) {
  @Override
  public String toString() {
    return "certificate of " + chain.get(0).getSubjectX500Principal();
  }
}
