package io.github.alloydbagent.core;

import io.github.alloydbagent.core.connections.AgentRuntime;
import io.github.alloydbagent.core.connections.RuntimeHolder;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.tunnel.TunnelException;
import org.jspecify.annotations.Nullable;

/**
 * Starts the agent, and tries again for as long as the JVM lives if that fails for a reason that
 * may be temporary: no memory, no thread, a class that the JDK could not initialize. Connections
 * fail between two attempts and wait for an attempt that is in progress.
 */
final class StartAttempts implements Runnable {
  private static final long FIRST_PAUSE_MILLIS = 1_000;
  private static final long MAX_PAUSE_MILLIS = 30_000;

  /** Starts what has not been started yet. */
  interface Attempt {
    void run() throws Exception;
  }

  /** Waits; see {@link Thread#sleep}. */
  interface Pause {
    void sleep(long millis) throws InterruptedException;
  }

  private final Attempt attempt;
  private final RuntimeHolder runtime;
  private final Pause pause;
  private final Log log;
  private @Nullable String lastReported;

  StartAttempts(Attempt attempt, RuntimeHolder runtime, Pause pause, Log log) {
    this.attempt = attempt;
    this.runtime = runtime;
    this.pause = pause;
    this.log = log;
  }

  @Override
  public void run() {
    for (long pauseMillis = FIRST_PAUSE_MILLIS; ; ) {
      Throwable failure;
      try {
        attempt.run();
        if (lastReported != null) {
          log.info("started after a failed attempt");
        }
        return;
      } catch (Throwable e) { // a LinkageError must reach the waiting callers too
        failure = e;
      }
      boolean isFinal = false;
      try {
        runtime.fail(failure); // first, because with a full heap the log throws, too
        isFinal = failure instanceof TunnelException;
        report(failure, isFinal, pauseMillis);
      } catch (Throwable e) {
        // no memory, even for linking a call in the JDK; the next attempt reports it
      }
      if (isFinal) {
        return;
      }
      try {
        pause.sleep(pauseMillis);
      } catch (Throwable e) {
        // nothing interrupts this thread on purpose
      }
      pauseMillis = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
      try {
        runtime.beginAttempt();
      } catch (Throwable e) {
        // no memory: connections still fail with the cause of the last attempt
      }
    }
  }

  /** Logs a failure as an error unless it is the same as the last one. */
  private void report(Throwable failure, boolean isFinal, long pauseMillis) {
    String cause = AgentRuntime.startupFailure(failure);
    String next = "the next attempt is in " + pauseMillis / 1_000 + " s.";
    String message;
    if (runtime.runtime() != null) {
      message = "could not start everything: " + cause + ". Connections are not affected; " + next;
    } else if (isFinal) {
      message = "could not start: " + cause + ". Connections to mapped hosts will fail.";
    } else {
      message =
          "could not start: "
              + cause
              + ". Connections to mapped hosts will fail until it can; "
              + next;
    }
    if (cause.equals(lastReported)) {
      log.debug(message);
    } else {
      log.error(AgentRuntime.startupCode(failure), message);
      lastReported = cause;
    }
    log.trace("could not start", failure);
  }
}
