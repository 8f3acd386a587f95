package io.github.alloydbagent.jvm;

import java.time.Duration;
import java.util.List;

/**
 * The result of a JVM.
 *
 * @param timedOut whether it was killed at its deadline
 * @param took the time from start to exit
 */
public record JvmResult(
    List<String> command, int exit, boolean timedOut, String out, String err, Duration took) {

  public boolean succeeded() {
    return exit == 0 && !timedOut;
  }

  /**
   * Returns this result if the program succeeded.
   *
   * @throws AssertionError with all output, if it did not
   */
  public JvmResult checkSucceeded() {
    if (!succeeded()) {
      throw new AssertionError("expected success, but:\n" + this);
    }
    return this;
  }

  /**
   * Returns this result if the program exited with a failure.
   *
   * @throws AssertionError with all output, if it did not
   */
  public JvmResult checkFailed() {
    if (exit == 0 || timedOut) {
      throw new AssertionError("expected a failure, but:\n" + this);
    }
    return this;
  }

  public List<String> outLines() {
    return out.lines().toList();
  }

  public List<String> errLines() {
    return err.lines().toList();
  }

  @Override
  public String toString() {
    return "$ "
        + String.join(" ", command)
        + "\n["
        + (timedOut ? "killed at its deadline" : "exit " + exit)
        + " after "
        + took.toMillis()
        + " ms]\n--- out\n"
        + out
        + "--- err\n"
        + err
        + "---";
  }
}
