package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.retry.LateException;

/** Classifies failures of the Admin API and of token servers: whether and when to retry them. */
final class ApiFailures {

  private ApiFailures() {}

  /** Returns whether only a change elsewhere, such as granting a role, can fix the failure. */
  static boolean isRefusal(Throwable failure) {
    return failure instanceof ApiException
        ? ((ApiException) failure).isTerminal()
        : failure instanceof CredentialsException && ((CredentialsException) failure).isTerminal();
  }

  /** Returns the delay that the API requested before the next call, in milliseconds; 0 if none. */
  static long retryAfterMillis(Throwable failure) {
    if (failure instanceof LateException) { // the rest of an earlier pause
      Throwable cause = failure.getCause();
      return cause != null && retryAfterMillis(cause) > 0
          ? ((LateException) failure).nextMillis()
          : 0;
    }
    return failure instanceof ApiException ? ((ApiException) failure).retryAfterMillis() : 0;
  }

  /** Returns whether the API rejected the call because it received too many (HTTP 429). */
  static boolean isBusy(Throwable failure) {
    return failure instanceof ApiException && ((ApiException) failure).isBusy();
  }
}
