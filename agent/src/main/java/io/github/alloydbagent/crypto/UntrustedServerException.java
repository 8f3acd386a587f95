package io.github.alloydbagent.crypto;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** A server certificate that is not accepted. The message says what was found. */
public final class UntrustedServerException extends CertificateException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the certificate: advice depends on it. */
  public enum Fault {
    /** None of the trusted authorities issued it. */
    AUTHORITY,
    /** It has expired, or is not yet valid. */
    DATE,
    /** It is valid for other names or addresses than the one that was dialled. */
    ADDRESS,
    /** It, or a certificate above it, is not meant for this use. */
    USE,
    /** A key is too short, or a signature algorithm too weak. */
    WEAK,
    /** This JVM's own settings forbid an algorithm of it. */
    DISABLED,
    /** It was revoked, or the JVM's settings ask for a check of that, which failed. */
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

  /** The one among the causes of a failed handshake, or null. */
  public static @Nullable UntrustedServerException in(Throwable failure) {
    int depth = 0; // other providers' exceptions may have cycles
    for (Throwable at = failure; at != null && depth < 20; at = at.getCause()) {
      if (at instanceof UntrustedServerException) {
        return (UntrustedServerException) at;
      }
      depth++;
    }
    return null;
  }
}
