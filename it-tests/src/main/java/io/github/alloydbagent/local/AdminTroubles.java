package io.github.alloydbagent.local;

/**
 * Switches faults of the Admin API on and off for each method, over REST and gRPC alike.
 *
 * @param connectionInfo faults of calls for connection info
 * @param clientCertificate faults of calls for a client certificate
 * @param list faults of calls that list instances
 */
public record AdminTroubles(
    Trouble<HttpFault> connectionInfo,
    Trouble<HttpFault> clientCertificate,
    Trouble<HttpFault> list) {
  AdminTroubles() {
    this(new Trouble<>(), new Trouble<>(), new Trouble<>());
  }

  /** Clears the faults of all methods. */
  public void clear() {
    connectionInfo.clear();
    clientCertificate.clear();
    list.clear();
  }
}
