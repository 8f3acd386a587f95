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
 * Calls the Admin API with a token of an identity. If the API does not accept the cached token,
 * which may have been revoked before it expired, the call is repeated once with a new token.
 *
 * @param <T> the type of the response
 */
public final class AuthorizedCall<T> {

  /**
   * A blocking call of the API.
   *
   * @param <T> the type of the response
   */
  public interface Call<T> {
    T with(String token) throws Exception;
  }

  private final Identity identity;
  private final Executor executor;
  private final Call<T> call;

  /**
   * @param executor runs the blocking call
   */
  public AuthorizedCall(Identity identity, Executor executor, Call<T> call) {
    this.identity = identity;
    this.executor = executor;
    this.call = call;
  }

  public CompletableFuture<T> answer() {
    return identity.token(Scope.API).thenCompose(this::callWithRetry);
  }

  private CompletableFuture<T> callWithRetry(String token) {
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<T> first = start(token);
    CompletableFuture<T> unused =
        first.whenComplete(
            (answer, failure) ->
                Futures.pass(
                    isUnauthenticated(failure) && identity.refused(Scope.API, token)
                        ? identity.token(Scope.API).thenCompose(this::start)
                        : first,
                    result));
    return result;
  }

  private static boolean isUnauthenticated(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : ExceptionMessages.unwrapped(failure);
    return cause instanceof ApiException && ((ApiException) cause).isUnauthenticated();
  }

  private CompletableFuture<T> start(String token) {
    return Futures.run(
        () -> {
          T answer = call.with(token);
          identity.accepted(Scope.API, token);
          return answer;
        },
        executor);
  }
}
