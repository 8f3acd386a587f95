package io.github.alloydbagent.local;

/**
 * What can go wrong in the Admin API, for each call by itself and whichever protocol it comes over.
 *
 * @param connectionInfo in calls for connection info
 * @param clientCertificate in calls for a client certificate
 * @param list in calls that list instances
 */
public record AdminTroubles(
    Trouble<HttpFault> connectionInfo,
    Trouble<HttpFault> clientCertificate,
    Trouble<HttpFault> list) {
  AdminTroubles() {
    this(new Trouble<>(), new Trouble<>(), new Trouble<>());
  }

  /** Ends all of it. */
  public void clear() {
    connectionInfo.clear();
    clientCertificate.clear();
    list.clear();
  }
}
