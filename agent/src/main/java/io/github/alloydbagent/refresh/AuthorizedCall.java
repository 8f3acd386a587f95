package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.retry.RepeatedCalls;
import io.github.alloydbagent.util.ExceptionMessages;
import java.util.concurrent.CompletableFuture;
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
    T run(String token) throws Exception;
  }

  private final Identity identity;
  private final RepeatedCalls<T> calls;
  private final Call<T> call;

  /**
   * @param calls runs the blocking call
   */
  public AuthorizedCall(Identity identity, RepeatedCalls<T> calls, Call<T> call) {
    this.identity = identity;
    this.calls = calls;
    this.call = call;
  }

  public CompletableFuture<T> run() {
    return identity.token(Scope.API).thenCompose(this::callWithRetry);
  }

  private CompletableFuture<T> callWithRetry(String token) {
    CompletableFuture<T> first = start(token);
    return first
        .handle(
            (answer, failure) ->
                isUnauthenticated(failure) && identity.tokenRefused(Scope.API, token))
        .thenCompose(
            hasOther -> hasOther ? identity.token(Scope.API).thenCompose(this::start) : first);
  }

  private static boolean isUnauthenticated(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : ExceptionMessages.unwrapped(failure);
    return cause instanceof ApiException && ((ApiException) cause).isUnauthenticated();
  }

  private CompletableFuture<T> start(String token) {
    return calls.run(
        () -> {
          T answer = call.run(token);
          identity.tokenAccepted(Scope.API, token);
          return answer;
        });
  }
}
