package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;

/** The addresses of an instance and the client certificate for it. Immutable. */
public final class ConnectionInfo {
  private final Addresses addresses;
  private final ClientCertificate certificate;

  public ConnectionInfo(Addresses addresses, ClientCertificate certificate) {
    this.addresses = addresses;
    this.certificate = certificate;
  }

  public Addresses addresses() {
    return addresses;
  }

  public ClientCertificate certificate() {
    return certificate;
  }

  boolean isValid() {
    return certificate.isValid();
  }

  /** Returns whether the certificate should have been replaced by now. */
  boolean isDue() {
    return certificate.remainingMillis()
        <= RefreshCalculator.bufferMillis(certificate.lifetimeMillis());
  }
}
