package io.github.alloydbagent.local;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A switch for faults of one kind of request. Thread-safe.
 *
 * @param <F> the type of the faults
 */
public final class Trouble<F> {
  private final AtomicReference<@Nullable Pending<F>> pending = new AtomicReference<>();

  private record Pending<F>(F fault, int times) {}

  /** Makes every later request fail with this fault, until {@link #clear}. */
  public void set(F fault) {
    set(fault, Integer.MAX_VALUE);
  }

  /** Makes the next {@code times} requests fail with this fault. */
  public void set(F fault, int times) {
    pending.set(times > 0 ? new Pending<>(fault, times) : null);
  }

  /** Clears the fault for later requests. */
  public void clear() {
    pending.set(null);
  }

  /**
   * Returns the fault for the current request, or null, and decrements the number of remaining
   * failures.
   */
  @Nullable F take() {
    Pending<F> taken = pending.getAndUpdate(Trouble::decrement);
    return taken == null ? null : taken.fault();
  }

  private static <F> @Nullable Pending<F> decrement(@Nullable Pending<F> before) {
    if (before == null || before.times() == Integer.MAX_VALUE) {
      return before;
    }
    return before.times() == 1 ? null : new Pending<>(before.fault(), before.times() - 1);
  }
}
