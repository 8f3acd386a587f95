package io.github.alloydbagent.crypto;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Thrown if a server's certificate is not trusted. The message contains the details. */
public final class UntrustedServerException extends CertificateException {
  private static final long serialVersionUID = 1L;

  /** The kind of fault, which selects the hint for the user. */
  public enum Fault {
    /** No trusted authority issued the certificate. */
    AUTHORITY,
    /** The certificate has expired or is not valid yet. */
    DATE,
    /** The certificate is valid for other names or addresses than the dialed one. */
    ADDRESS,
    /** The certificate, or one above it, is not intended for this use. */
    USE,
    /** A key is too short, or a signature algorithm is too weak. */
    WEAK,
    /** This JVM's settings disable an algorithm of the certificate. */
    DISABLED,
    /**
     * The certificate was revoked, or a revocation check that the JVM's settings request failed.
     */
    REVOCATION
  }

  private final Fault fault;

  UntrustedServerException(Fault fault, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }

  /** Returns the exception of this type among the causes of a failed handshake, or null. */
  public static @Nullable UntrustedServerException in(Throwable failure) {
    int depth = 0; // limited, because other providers' exceptions may have cyclic causes
    for (Throwable at = failure; at != null && depth < 20; at = at.getCause()) {
      if (at instanceof UntrustedServerException) {
        return (UntrustedServerException) at;
      }
      depth++;
    }
    return null;
  }
}
