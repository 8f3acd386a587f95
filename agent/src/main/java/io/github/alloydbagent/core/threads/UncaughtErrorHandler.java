package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.util.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Logs errors that a thread of the agent, or one of its tasks, did not catch. */
final class UncaughtErrorHandler implements Thread.UncaughtExceptionHandler {
  private final Log log;

  UncaughtErrorHandler(Log log) {
    this.log = log;
  }

  @Override
  public void uncaughtException(Thread thread, @Nullable Throwable error) {
    try {
      log.error(
          ErrorCode.UNEXPECTED,
          "thread "
              + thread.getName()
              + " threw an unexpected error: "
              + error
              + ". The agent continues; if it recurs, report it with the stack that log-level=trace"
              + " shows.");
      if (error != null) {
        log.trace("thread " + thread.getName(), error);
      }
    } catch (Throwable e) {
      // without memory for a line the error is lost, but the thread continues to work
    }
  }
}
