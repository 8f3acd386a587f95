package io.github.alloydbagent.local;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be made to go wrong, at any time and from any thread.
 *
 * @param <F> the ways in which it can go wrong
 */
public final class Trouble<F> {
  private final AtomicReference<@Nullable Pending<F>> pending = new AtomicReference<>();

  private record Pending<F>(F fault, int times) {}

  /** Makes every following request fail in this way, until {@link #clear}. */
  public void set(F fault) {
    set(fault, Integer.MAX_VALUE);
  }

  /** Makes the following requests fail in this way, {@code times} of them, then none. */
  public void set(F fault, int times) {
    pending.set(times > 0 ? new Pending<>(fault, times) : null);
  }

  /** Ends the trouble for requests that have not come yet. */
  public void clear() {
    pending.set(null);
  }

  /** The fault that the present request is to suffer, or null; uses it up once. */
  @Nullable F take() {
    Pending<F> taken = pending.getAndUpdate(Trouble::less);
    return taken == null ? null : taken.fault();
  }

  private static <F> @Nullable Pending<F> less(@Nullable Pending<F> before) {
    if (before == null || before.times() == Integer.MAX_VALUE) {
      return before;
    }
    return before.times() == 1 ? null : new Pending<>(before.fault(), before.times() - 1);
  }
}
