package io.github.alloydbagent.retry;

/**
 * Marks the failure of a call that was cancelled because later calls have overtaken it, without
 * changing the type of the failure. Such a failure says nothing about the later calls, so a retry
 * should not back off.
 */
final class OvertakenException extends Exception {
  private static final long serialVersionUID = 1L;

  private OvertakenException() {
    super("overtaken by later calls", null, false, false);
  }

  static void mark(Throwable failure) {
    failure.addSuppressed(new OvertakenException());
  }

  static boolean isMarked(Throwable failure) {
    for (Throwable suppressed : failure.getSuppressed()) {
      if (suppressed instanceof OvertakenException) {
        return true;
      }
    }
    return false;
  }
}
