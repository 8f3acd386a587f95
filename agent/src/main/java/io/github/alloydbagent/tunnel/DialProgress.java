package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.Nullable;

/**
 * Receives the progress of a connection attempt, on the connecting thread. Implementations must not
 * block.
 */
public interface DialProgress {

  /** Ignores the progress. */
  DialProgress UNWATCHED = (stage, address) -> {};

  /**
   * Called when a stage begins. The same stage may begin again, with another address or refreshed
   * connection info.
   *
   * @param address the type of the address and the address with its port, or null before an address
   *     is dialed
   */
  void entered(Stage stage, @Nullable String address);
}
