package io.github.alloydbagent.core;

import io.github.alloydbagent.refresh.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Makes the key pair. It takes longest of all that a first certificate needs, and needs nothing
 * itself: so it is started first, beside the rest.
 */
final class KeyGeneration implements Runnable {
  private final CompletableFuture<ClientKey> result;

  private KeyGeneration(CompletableFuture<ClientKey> result) {
    this.result = result;
  }

  /** Begins with it on another thread. */
  static CompletableFuture<ClientKey> on(Executor executor) {
    CompletableFuture<ClientKey> result = new CompletableFuture<>();
    executor.execute(new KeyGeneration(result));
    return result;
  }

  @Override
  public void run() {
    try {
      result.complete(ClientKey.generate());
    } catch (Throwable e) { // a LinkageError must reach those who wait, too
      result.completeExceptionally(e);
    }
  }
}
