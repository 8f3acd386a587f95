package io.github.alloydbagent.refresh;

import java.util.concurrent.CompletableFuture;

/** Where an instance's connection info comes from: the Admin API, or a file. */
public interface ConnectionInfoSource {

  /**
   * Starts to fetch connection info. Never blocks.
   *
   * @param newCertificate whether the certificate has to be another than the one before
   */
  CompletableFuture<ConnectionInfo> fetch(boolean newCertificate);

  /**
   * A connection waits for the fetch in flight, or for the next one: it goes before fetches that
   * nobody waits for.
   */
  default void hurry() {}
}
