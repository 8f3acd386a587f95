package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A call to another JVM with a timeout. A read from a JVM that hangs cannot time out, so the call
 * runs on a daemon thread, which is abandoned.
 *
 * @param <T> the type of the result
 */
final class TimedCall<T> {
  private final FutureTask<T> task;

  private TimedCall(Callable<T> call) {
    task = new FutureTask<>(call);
    Thread thread = new Thread(task, "alloydb-agent-question");
    thread.setDaemon(true);
    thread.start();
  }

  static <T> TimedCall<T> start(Callable<T> call) {
    return new TimedCall<>(call);
  }

  /**
   * Waits for the result.
   *
   * @throws CommandException if the call threw one
   * @throws IOException if the call failed or did not return in this time
   */
  T await(long millis) throws IOException, CommandException, InterruptedException {
    try {
      return task.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("it does not respond; it may hang or be stopped.", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof CommandException) {
        throw (CommandException) cause;
      }
      throw cause instanceof IOException
          ? (IOException) cause
          : new IOException(String.valueOf(cause), e);
    }
  }
}
