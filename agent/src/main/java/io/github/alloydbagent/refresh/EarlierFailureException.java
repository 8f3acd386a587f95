package io.github.alloydbagent.refresh;

import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;

/**
 * Thrown to a caller whose deadline is before the next fetch ends: reports the last failure, whose
 * cause may have been fixed since.
 */
public final class EarlierFailureException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param agoMillis the time since the failure
   * @param nextMillis the time until the agent retries; 0 if a fetch is in flight, negative if the
   *     next connection starts one
   */
  EarlierFailureException(IOException failure, long agoMillis, long nextMillis) {
    super(
        ExceptionMessages.sentence(ExceptionMessages.of(failure))
            + " "
            + when(agoMillis, nextMillis),
        failure);
  }

  private static String when(long agoMillis, long nextMillis) {
    String next =
        nextMillis < 0
            ? "on the next connection"
            : nextMillis == 0 ? "now" : "in " + (nextMillis + 999) / 1000 + " s";
    return "The agent retries "
        + next
        + (agoMillis < 1000 ? "." : "; this failure is " + agoMillis / 1000 + " s old.");
  }
}
