package io.github.alloydbagent.refresh;

import io.github.alloydbagent.admin.ApiException;
import io.github.alloydbagent.credentials.CredentialsException;
import io.github.alloydbagent.retry.LateException;

/** Which failures of the Admin API and of token servers are worth a retry, and when. */
final class ApiFailures {

  private ApiFailures() {}

  /** Whether only a change elsewhere, such as a role that is granted, can cure it. */
  static boolean isRefusal(Throwable failure) {
    return failure instanceof ApiException
        ? ((ApiException) failure).isTerminal()
        : failure instanceof CredentialsException && ((CredentialsException) failure).isTerminal();
  }

  /** How long the API asked to be left alone, in milliseconds; 0 if it did not. */
  static long retryAfterMillis(Throwable failure) {
    if (failure instanceof LateException) { // what is left of an earlier pause
      Throwable cause = failure.getCause();
      return cause != null && retryAfterMillis(cause) > 0
          ? ((LateException) failure).nextMillis()
          : 0;
    }
    return failure instanceof ApiException ? ((ApiException) failure).retryAfterMillis() : 0;
  }

  /** Whether the API rejected the call because there are too many. */
  static boolean isBusy(Throwable failure) {
    return failure instanceof ApiException && ((ApiException) failure).isBusy();
  }
}
