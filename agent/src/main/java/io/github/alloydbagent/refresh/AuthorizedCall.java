package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.Causes;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A call of the Admin API with a token of the identity's; once more with another token where the
 * API does not accept the cached one, which may have been revoked long before its end.
 *
 * @param <T> the API's answer
 */
final class AuthorizedCall<T> {

  /** Calls the API; blocks. */
  interface Call<T> {
    T with(String token) throws Exception;
  }

  private final Identity identity;
  private final Executor executor;
  private final Call<T> call;

  /**
   * @param executor where the answer is waited for
   */
  AuthorizedCall(Identity identity, Executor executor, Call<T> call) {
    this.identity = identity;
    this.executor = executor;
    this.call = call;
  }

  CompletableFuture<T> answer() {
    return identity.token(Scope.API).thenCompose(this::firstAnswer);
  }

  private CompletableFuture<T> firstAnswer(String token) {
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<T> unused =
        called(token)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    result.complete(answer);
                  } else if (isTheTokens(failure) && identity.refused(Scope.API, token)) {
                    secondAnswer(result);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
    return result;
  }

  private void secondAnswer(CompletableFuture<T> result) {
    CompletableFuture<T> unused =
        identity
            .token(Scope.API)
            .thenCompose(this::called)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    result.complete(answer);
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
  }

  private static boolean isTheTokens(Throwable failure) {
    Throwable cause = Causes.unwrapped(failure);
    return cause instanceof ApiException && ((ApiException) cause).isUnauthenticated();
  }

  private CompletableFuture<T> called(String token) {
    return Futures.run(() -> call.with(token), executor);
  }
}
