package io.github.alloydbagent.refresh;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/**
 * What CompletableFuture lacks: work that throws checked exceptions, and failing at the first
 * failure.
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

  /** Both results together, or the first failure without waiting for the other one. */
  static <A, B, C> CompletableFuture<C> both(
      CompletableFuture<A> a, CompletableFuture<B> b, BiFunction<A, B, C> together) {
    CompletableFuture<C> result = new CompletableFuture<>();
    CompletableFuture<C> unused =
        a.thenCombine(b, together)
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    result.complete(value);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
    failWith(result, a);
    failWith(result, b);
    return result;
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
