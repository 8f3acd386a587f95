package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.NonBlockingThread;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The agent's timer, a single thread: deadlines, refreshes and periodic checks. Its tasks do not
 * block and call no listener of the application; they hand over all work that may wait for a
 * server, a file, a lock or such a listener. The log cannot block it either.
 */
final class Timer extends ScheduledThreadPoolExecutor {
  private final UncaughtErrorHandler errors;

  Timer(Log log) {
    super(1, new Threads(log));
    this.errors = new UncaughtErrorHandler(log);
    setRemoveOnCancelPolicy(true); // the timeout of every dial is cancelled within milliseconds
  }

  /** Logs the exceptions of tasks, which their futures would hide. */
  @Override
  protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
    Throwable error = thrown;
    if (error == null && task instanceof Future<?> && ((Future<?>) task).isDone()) {
      try {
        ((Future<?>) task).get();
      } catch (CancellationException e) {
        return;
      } catch (ExecutionException e) {
        error = e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (error != null) {
      errors.uncaughtException(Thread.currentThread(), error);
    }
  }

  private static final class Threads extends DaemonThreadFactory {
    private final DaemonThreadFactory logWriters;

    Threads(Log log) {
      super("timer", log);
      this.logWriters = new DaemonThreadFactory("log", log);
    }

    @Override
    Thread thread(Runnable task, String name) {
      return new NonBlockingThread(task, name, logWriters);
    }
  }
}
