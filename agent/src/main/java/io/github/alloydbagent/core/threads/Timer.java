package io.github.alloydbagent.core.threads;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.log.NonBlockingThread;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that keeps time: deadlines, refreshes and looks at what may have changed. Its
 * tasks take no time and call no listener of the application: they hand over whatever may wait for
 * a server, a file, a lock or a listener of the application. Not even the log can block it.
 */
final class Timer extends ScheduledThreadPoolExecutor {
  private final UncaughtErrorHandler errors;

  Timer(Log log) {
    super(1, new Threads(log));
    this.errors = new UncaughtErrorHandler(log);
    setRemoveOnCancelPolicy(true); // a watch over every dial is cancelled in milliseconds
  }

  /** A future that nobody asks would keep what its task threw to itself. */
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
    private final DaemonThreadFactory writers;

    Threads(Log log) {
      super("timer", log);
      this.writers = new DaemonThreadFactory("log", log);
    }

    @Override
    Thread thread(Runnable task, String name) {
      return new NonBlockingThread(task, name, writers);
    }
  }
}
