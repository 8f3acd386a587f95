package io.github.alloydbagent.log;

import java.io.PrintStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread that never waits for the log. A write blocks while a pipe behind standard error is full,
 * or a file system hangs; on the thread that enforces deadlines, that would suspend all of them. So
 * another thread writes what this one logs, and exists only while there is something to write.
 */
public final class NonBlockingThread extends Thread {

  /** Lines that may wait; further ones are dropped, since nobody reads the log meanwhile. */
  private static final int MAX_LINES = 1_000;

  private final ThreadPoolExecutor writer;

  /**
   * @param writers makes the thread that writes
   */
  public NonBlockingThread(Runnable task, String name, ThreadFactory writers) {
    super(task, name);
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_LINES),
            writers,
            new ThreadPoolExecutor.DiscardPolicy());
    writer.allowCoreThreadTimeOut(true);
  }

  void println(PrintStream out, String line) {
    writer.execute(() -> out.println(line));
  }
}
