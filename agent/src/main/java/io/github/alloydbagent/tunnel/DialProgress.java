package io.github.alloydbagent.tunnel;

import org.jspecify.annotations.Nullable;

/**
 * Receives the progress of a connection attempt, on the connecting thread. Implementations must not
 * block.
 */
public interface DialProgress {

  DialProgress NONE = new Unwatched();

  /**
   * Called when a stage begins. The same stage may begin again, with another address or refreshed
   * connection info.
   *
   * @param address the type of the address and the address with its port, or null before an address
   *     is dialed
   */
  void onStage(Stage stage, @Nullable String address);

  /**
   * Ignores all progress. A class, because a lambda in a static initializer needs a lot of stack:
   * if the stack is exhausted, the initialization fails and the JVM never retries it.
   */
  final class Unwatched implements DialProgress {
    @Override
    public void onStage(Stage stage, @Nullable String address) {}
  }
}
