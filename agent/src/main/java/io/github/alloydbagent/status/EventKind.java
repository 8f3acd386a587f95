package io.github.alloydbagent.status;

/** What happens to an instance and can be recorded, each with its values in their order. */
public enum EventKind {
  /**
   * A connection that was asked for: instance, host, address, kind of address, the stage that it
   * failed at and why, both empty where it did not, then the nanoseconds of each stage:
   * credentials, Admin API, TCP, TLS, metadata exchange.
   */
  CONNECT,

  /** Connection info that was fetched: instance, why it failed or empty, the certificate's end. */
  REFRESH,

  /** The end of a tunnel: instance, milliseconds that it was open, bytes received, bytes sent. */
  TUNNEL_CLOSED
}
