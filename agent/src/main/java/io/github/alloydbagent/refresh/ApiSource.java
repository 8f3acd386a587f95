package io.github.alloydbagent.refresh;

import io.github.alloydbagent.retry.Refresher;

/**
 * Classifies failures for values that come from the Admin API.
 *
 * @param <T> the type of the value
 */
public abstract class ApiSource<T> implements Refresher.Source<T> {

  @Override
  public final boolean isRefusal(Throwable failure) {
    return ApiFailures.isRefusal(failure);
  }

  @Override
  public final long retryAfterMillis(Throwable failure) {
    return ApiFailures.retryAfterMillis(failure);
  }

  @Override
  public final boolean isBusy(Throwable failure) {
    return ApiFailures.isBusy(failure);
  }
}
