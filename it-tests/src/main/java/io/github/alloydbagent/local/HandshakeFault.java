package io.github.alloydbagent.local;

/** A way for a dial to the server-side proxy to go wrong before or in its TLS handshake. */
public enum HandshakeFault {
  /** The connection is closed as soon as it is accepted. */
  HANG_UP,
  /** The connection is reset once the client's first message is there. */
  RESET,
  /** The server speaks TLS 1.2 and nothing newer. */
  OUTDATED,
  /** The client's first message is answered with the alert {@code handshake_failure}. */
  ALERT,
  /** The client's first message is never answered. */
  STALL,
  /** The client certificate is refused, which a TLS 1.3 client learns after its handshake. */
  CERTIFICATE_REFUSED
}
