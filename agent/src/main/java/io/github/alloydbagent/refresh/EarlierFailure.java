package io.github.alloydbagent.refresh;

import io.github.alloydbagent.credentials.Causes;
import java.io.IOException;

/**
 * A failure from before, for somebody who cannot wait until the agent may ask again: what it says
 * may have been mended since.
 */
public final class EarlierFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param agoMillis how long ago the failure was
   * @param nextMillis in how long the agent asks again; 0 or less if it is asking
   */
  EarlierFailure(IOException failure, long agoMillis, long nextMillis) {
    super(Causes.sentence(Causes.of(failure)) + " " + when(agoMillis, nextMillis), failure);
  }

  private static String when(long agoMillis, long nextMillis) {
    long next = (nextMillis + 999) / 1000;
    return "The agent asks again "
        + (nextMillis > 0 ? "in " + next + " s" : "now")
        + (agoMillis < 1000 ? "." : "; that was its answer " + agoMillis / 1000 + " s ago.");
  }
}
