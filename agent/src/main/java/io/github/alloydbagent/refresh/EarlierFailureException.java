package io.github.alloydbagent.refresh;

import io.github.alloydbagent.util.ExceptionMessages;
import java.io.IOException;

/**
 * An earlier failure, for a caller whose deadline is before the next answer: by now its cause may
 * have been fixed.
 */
public final class EarlierFailureException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param agoMillis how long ago the failure was
   * @param nextMillis in how long the agent asks again; 0 if it is asking now, less if it waits for
   *     the next connection
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
    return "The agent asks again "
        + next
        + (agoMillis < 1000 ? "." : "; this answer is " + agoMillis / 1000 + " s old.");
  }
}
