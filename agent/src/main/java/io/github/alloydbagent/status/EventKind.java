package io.github.alloydbagent.status;

/** The kinds of events, each with its values in the order of {@link Events#end}. */
public enum EventKind {
  /**
   * A connection attempt: instance, host, address, kind of address, the stage at which it failed
   * and the error, both empty if it succeeded, then the nanoseconds of each stage: credentials,
   * Admin API, TCP, TLS, metadata exchange.
   */
  CONNECT,

  /** A fetch of connection info: instance, the error or empty, the expiry of the certificate. */
  REFRESH,

  /** A closed tunnel: instance, milliseconds that it was open, bytes received, bytes sent. */
  TUNNEL_CLOSED
}
