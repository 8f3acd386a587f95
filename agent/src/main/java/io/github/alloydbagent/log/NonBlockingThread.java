package io.github.alloydbagent.log;

import java.io.PrintStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A thread that never waits for the log. A write blocks while a pipe behind standard error is full
 * or a file system hangs; on the thread that enforces deadlines, that would suspend all of them.
 * Another thread therefore writes the lines that this thread logs; it exists only while there are
 * lines to write.
 */
public final class NonBlockingThread extends Thread {

  /** Lines that may wait to be written; further lines are dropped. */
  private static final int MAX_QUEUED_LINES = 1_000;

  private final ThreadPoolExecutor writer;

  /**
   * Creates a thread, and a writer thread on demand.
   *
   * @param writerThreads creates the thread that writes the lines
   */
  public NonBlockingThread(Runnable task, String name, ThreadFactory writerThreads) {
    super(task, name);
    this.writer =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED_LINES),
            writerThreads,
            new ThreadPoolExecutor.DiscardPolicy());
    writer.allowCoreThreadTimeOut(true);
  }

  void println(PrintStream out, String line) {
    writer.execute(() -> out.println(line));
  }
}
