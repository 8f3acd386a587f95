package io.github.alloydbagent.local;

/** Faults of the server-side proxy before or during the TLS handshake. */
public enum HandshakeFault {
  /** The server closes the connection as soon as it has accepted it. */
  HANG_UP,
  /** The server resets the connection when the client's first message arrives. */
  RESET,
  /** The server supports TLS 1.2 at most. */
  OUTDATED,
  /** The server responds to the client's first message with the alert {@code handshake_failure}. */
  ALERT,
  /** The server never responds to the client's first message. */
  STALL,
  /**
   * The server refuses the client certificate; a TLS 1.3 client learns that after its handshake.
   */
  CERTIFICATE_REFUSED
}
