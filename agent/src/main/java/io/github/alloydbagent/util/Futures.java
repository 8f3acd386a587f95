package io.github.alloydbagent.util;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/**
 * Runs work that throws checked exceptions in futures, and combines futures so that the result
 * fails as soon as one of them fails.
 */
public final class Futures {

  private Futures() {}

  public static <T> CompletableFuture<T> run(Callable<T> work, Executor executor) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        executor);
  }

  /**
   * Combines both results, or fails with the first failure without waiting for the other future.
   */
  public static <A, B, C> CompletableFuture<C> combine(
      CompletableFuture<A> a, CompletableFuture<B> b, BiFunction<A, B, C> combine) {
    CompletableFuture<C> result = new CompletableFuture<>();
    forward(a.thenCombine(b, combine), result);
    failWith(result, a);
    failWith(result, b);
    return result;
  }

  /** Completes the second future with the result or failure of the first. */
  private static <T> void forward(CompletableFuture<T> from, CompletableFuture<T> to) {
    CompletableFuture<T> unused =
        from.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                to.complete(value);
              } else {
                to.completeExceptionally(failure);
              }
            });
  }

  private static void failWith(CompletableFuture<?> result, CompletableFuture<?> part) {
    CompletableFuture<?> unused =
        part.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              }
            });
  }
}
