package io.github.alloydbagent.core;

import io.github.alloydbagent.refresh.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Generates the key pair. This is the slowest part of getting the first certificate and has no
 * dependencies, so it starts first and runs concurrently with the rest.
 *
 * <p>A failure is not permanent: an application that registers a security provider while the JDK
 * initializes its own can make the JDK throw a {@code LinkageError} once. The next caller starts
 * another attempt.
 */
final class KeyGeneration implements Supplier<CompletableFuture<ClientKey>> {
  private final Supplier<ClientKey> generator;
  private final Executor executor;
  private CompletableFuture<ClientKey> latest;

  KeyGeneration(Supplier<ClientKey> generator, Executor executor) {
    this.generator = generator;
    this.executor = executor;
    this.latest = CompletableFuture.supplyAsync(generator, executor);
  }

  @Override
  public synchronized CompletableFuture<ClientKey> get() {
    if (latest.isCompletedExceptionally()) {
      latest = CompletableFuture.supplyAsync(generator, executor);
    }
    return latest;
  }
}
