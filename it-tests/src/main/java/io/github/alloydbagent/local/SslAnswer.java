package io.github.alloydbagent.local;

/** Responses to a request for TLS inside the tunnel; AlloyDB's own response is not documented. */
public enum SslAnswer {
  /** {@code N}: the session continues without TLS of its own. */
  NO,
  /** {@code S}: a second TLS handshake follows inside the tunnel, without client certificates. */
  YES,
  /** The server closes the connection. */
  HANG_UP
}
