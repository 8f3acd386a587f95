package io.github.alloydbagent.local;

/**
 * The events that the AlloyDB simulator counts. An event is counted on arrival, whether or not it
 * succeeds.
 */
public enum Served {
  /** A call for connection info, over REST or gRPC. */
  CONNECTION_INFO,
  /** A call for a client certificate, over REST or gRPC. */
  CLIENT_CERTIFICATE,
  /** A call that lists instances. */
  LIST,
  /** An API call that returned an error. */
  API_ERROR,
  /** A request to the token server. */
  TOKEN,
  /** A request to the metadata server for a token. */
  METADATA_TOKEN,
  /** A request to the Security Token Service for a token. */
  EXCHANGED_TOKEN,
  /** A request to the IAM Service Account Credentials API for a token. */
  IMPERSONATED_TOKEN,
  /** A TCP connection to the server-side proxy. */
  DIAL,
  /** A TLS handshake that succeeded. */
  HANDSHAKE,
  /** A TLS handshake that failed or was refused. */
  HANDSHAKE_REFUSED,
  /** A metadata exchange whose request was read. */
  EXCHANGE,
  /** A metadata exchange that returned an error. */
  EXCHANGE_REFUSED,
  /** A request for TLS inside the tunnel. */
  SSL_REQUEST,
  /** A startup message, of either kind of login. */
  STARTUP,
  /** A startup message that the proxy itself refused. */
  STARTUP_REFUSED,
  /** A cancel request. */
  CANCEL
}
