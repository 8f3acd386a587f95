package io.github.alloydbagent.refresh;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Fetches the connection info of an instance, from the Admin API or from a file. */
public interface ConnectionInfoSource {

  /**
   * Starts to fetch connection info. Must not block.
   *
   * @param outdated the certificate from which the new one must differ, which also means that no
   *     addresses are reused; null if any certificate and recent addresses will do
   */
  CompletableFuture<ConnectionInfo> fetch(@Nullable ClientCertificate outdated);

  /**
   * Called when a connection failed in a way that outdated addresses could explain: fetches that
   * start from now on do not reuse addresses.
   */
  default void discardAddresses() {}

  /**
   * Called when a connection waits for the fetch in flight, or for the next one. It runs before
   * fetches for which no connection waits.
   */
  default void hurry() {}
}
