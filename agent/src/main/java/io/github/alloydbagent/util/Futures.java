package io.github.alloydbagent.util;

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
  public static <A, B, C> CompletableFuture<C> both(
      CompletableFuture<A> a, CompletableFuture<B> b, BiFunction<A, B, C> together) {
    CompletableFuture<C> result = new CompletableFuture<>();
    pass(a.thenCombine(b, together), result);
    failWith(result, a);
    failWith(result, b);
    return result;
  }

  /** Whatever comes of one future becomes of the other. */
  public static <T> void pass(CompletableFuture<T> from, CompletableFuture<T> to) {
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
