package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.util.ExceptionMessages;
import io.github.alloydbagent.util.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A call of the Admin API with a token of the identity's; once more with another token if the API
 * does not accept the cached one, which may have been revoked long before it expires.
 *
 * @param <T> the API's answer
 */
public final class AuthorizedCall<T> {

  /**
   * Calls the API; blocks.
   *
   * @param <T> the API's answer
   */
  public interface Call<T> {
    T with(String token) throws Exception;
  }

  private final Identity identity;
  private final Executor executor;
  private final Call<T> call;

  /**
   * @param executor where the answer is waited for
   */
  public AuthorizedCall(Identity identity, Executor executor, Call<T> call) {
    this.identity = identity;
    this.executor = executor;
    this.call = call;
  }

  public CompletableFuture<T> answer() {
    return identity.token(Scope.API).thenCompose(this::firstAnswer);
  }

  private CompletableFuture<T> firstAnswer(String token) {
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<T> first = called(token);
    CompletableFuture<T> unused =
        first.whenComplete(
            (answer, failure) ->
                Futures.pass(
                    isTheTokens(failure) && identity.refused(Scope.API, token)
                        ? identity.token(Scope.API).thenCompose(this::called)
                        : first,
                    result));
    return result;
  }

  private static boolean isTheTokens(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : ExceptionMessages.unwrapped(failure);
    return cause instanceof ApiException && ((ApiException) cause).isUnauthenticated();
  }

  private CompletableFuture<T> called(String token) {
    return Futures.run(() -> call.with(token), executor);
  }
}
