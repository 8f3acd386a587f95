package io.github.alloydbagent.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/**
 * Checks that parsing an input takes limited time and memory: lengths and counts in hostile input
 * must not determine them.
 */
public final class Bounds {
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long MEBIBYTE = 1 << 20;

  /** Time limit for an input of a few KiB, on a machine that is busy with other work. */
  private static final long MAX_SECONDS = 10;

  private Bounds() {}

  /**
   * Runs the work, and fails if it takes more than ten seconds, or allocates more than 1 MiB plus
   * the given multiple of the input size. All allocations count, including garbage. Work that
   * allocates more runs a second time, since the first run loads classes.
   */
  public static <T> T hold(byte[] input, int multiple, Callable<T> work) throws Exception {
    long maxBytes = MEBIBYTE + (long) multiple * input.length;
    long before = THREAD.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    T result = work.call();
    if (THREAD.getCurrentThreadAllocatedBytes() - before > maxBytes) {
      before = THREAD.getCurrentThreadAllocatedBytes();
      result = work.call();
      assertThat(THREAD.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for an input of %d", input.length)
          .isLessThanOrEqualTo(maxBytes);
    }
    assertThat((System.nanoTime() - start) / 1_000_000_000L)
        .as("seconds for an input of %d bytes", input.length)
        .isLessThan(MAX_SECONDS);
    return result;
  }
}
