package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.retry.LateException;
import io.github.alloydbagent.retry.Refresher;

/**
 * Classifies failures of the Admin API and of token servers: whether and when to retry them.
 *
 * @param <T> the type of the value
 */
public abstract class ApiSource<T> implements Refresher.Source<T> {

  @Override
  public final boolean isRefusal(Throwable failure) {
    return failure instanceof ApiException
        ? ((ApiException) failure).isTerminal()
        : failure instanceof CredentialsException && ((CredentialsException) failure).isTerminal();
  }

  @Override
  public final long retryAfterMillis(Throwable failure) {
    if (failure instanceof LateException) { // the rest of an earlier pause
      Throwable cause = failure.getCause();
      return cause != null && retryAfterMillis(cause) > 0
          ? ((LateException) failure).nextMillis()
          : 0;
    }
    return failure instanceof ApiException ? ((ApiException) failure).retryAfterMillis() : 0;
  }

  @Override
  public final boolean isBusy(Throwable failure) {
    return failure instanceof ApiException && ((ApiException) failure).isBusy();
  }
}
