package io.github.alloydbagent.core;

import io.github.alloydbagent.refresh.ClientKey;
import java.util.concurrent.Callable;
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
  private final Callable<ClientKey> generator;
  private final Executor executor;
  private CompletableFuture<ClientKey> latest;

  KeyGeneration(Callable<ClientKey> generator, Executor executor) {
    this.generator = generator;
    this.executor = executor;
    this.latest = start();
  }

  /** Starts generating the key pair on another thread. */
  static KeyGeneration on(Executor executor) {
    return new KeyGeneration(new Generator(), executor);
  }

  /** Returns a future for the key pair. */
  @Override
  public synchronized CompletableFuture<ClientKey> get() {
    if (latest.isCompletedExceptionally()) {
      latest = start();
    }
    return latest;
  }

  private CompletableFuture<ClientKey> start() {
    CompletableFuture<ClientKey> result = new CompletableFuture<>();
    executor.execute(new Attempt(generator, result));
    return result;
  }

  /** A class, because a lambda would load a hundred classes during startup. */
  private static final class Generator implements Callable<ClientKey> {
    @Override
    public ClientKey call() {
      return ClientKey.generate();
    }
  }

  /** A class for the same reason. */
  private static final class Attempt implements Runnable {
    private final Callable<ClientKey> generator;
    private final CompletableFuture<ClientKey> result;

    Attempt(Callable<ClientKey> generator, CompletableFuture<ClientKey> result) {
      this.generator = generator;
      this.result = result;
    }

    @Override
    public void run() {
      try {
        result.complete(generator.call());
      } catch (Throwable e) { // a LinkageError must reach the waiting callers too
        result.completeExceptionally(e);
      }
    }
  }
}
