package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What another JVM answers, for somebody who does not wait for ever: a read from one that hangs
 * knows no timeout, so that a daemon thread is left with it.
 *
 * @param <T> the answer
 */
final class TimedCall<T> {
  private final FutureTask<T> task;

  private TimedCall(Callable<T> question) {
    task = new FutureTask<>(question);
    Thread thread = new Thread(task, "alloydb-agent-question");
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins to ask. */
  static <T> TimedCall<T> to(Callable<T> question) {
    return new TimedCall<>(question);
  }

  /**
   * Waits for the answer.
   *
   * @throws CommandException if the question was refused with one
   * @throws IOException if it failed, or there is no answer in this time
   */
  T within(long millis) throws IOException, CommandException, InterruptedException {
    try {
      return task.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("it does not answer; it may hang, or be stopped.", e);
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
