package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.Addresses;

/** All that it takes to connect to an instance: where it is, and the certificate to show it. */
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

  boolean isValidAt(long millis) {
    return millis < certificate.endMillis();
  }

  /** Whether its certificate should have been replaced by then. */
  boolean isDueAt(long millis) {
    return millis >= certificate.endMillis() - RefreshCalculator.buffer(certificate.lifeMillis());
  }
}
