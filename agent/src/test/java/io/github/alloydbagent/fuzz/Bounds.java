package io.github.alloydbagent.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/**
 * What reading an input may cost: hostile bytes must not decide over memory or time by what they
 * announce.
 */
public final class Bounds {
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long MEBIBYTE = 1 << 20;

  /** For an input of a few KiB, on a machine that is busy with something else. */
  private static final long SECONDS = 10;

  private Bounds() {}

  /**
   * Runs the work, and fails if it takes more than ten seconds, or more memory than a megabyte and
   * the given multiple of the input: what was allocated counts, kept or not. Work that takes more
   * is given a second chance, since the first time loads classes.
   */
  public static <T> T hold(byte[] input, int multiple, Callable<T> work) throws Exception {
    long most = MEBIBYTE + (long) multiple * input.length;
    long before = THREAD.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    T result = work.call();
    if (THREAD.getCurrentThreadAllocatedBytes() - before > most) {
      before = THREAD.getCurrentThreadAllocatedBytes();
      result = work.call();
      assertThat(THREAD.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for an input of %d", input.length)
          .isLessThanOrEqualTo(most);
    }
    assertThat((System.nanoTime() - start) / 1_000_000_000L)
        .as("seconds for an input of %d bytes", input.length)
        .isLessThan(SECONDS);
    return result;
  }
}
