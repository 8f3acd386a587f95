package io.github.alloydbagent.local;

/**
 * What a request for TLS inside the tunnel is answered with; AlloyDB's own way is not documented.
 */
public enum SslAnswer {
  /** {@code N}: the session goes on as it is. */
  NO,
  /** {@code S}: a second TLS handshake follows inside the tunnel, without client certificates. */
  YES,
  /** The connection is closed. */
  HANG_UP
}
