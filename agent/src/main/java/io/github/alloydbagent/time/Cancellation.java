package io.github.alloydbagent.time;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Lets another thread end a blocking call. Whatever blocks during the call registers, with {@link
 * #onCancel}, an action that ends it; sockets, for example, ignore interrupts and must be closed.
 * Thread-safe.
 */
public final class Cancellation {
  private static final ThreadLocal<Cancellation> CURRENT = new ThreadLocal<>();

  private @Nullable Runnable ending; // guarded by this, like the next field
  private boolean isRequested;

  /** Makes a call on this thread that {@link #cancel} ends. */
  public <T> T run(Callable<T> call) throws Exception {
    Cancellation outer = CURRENT.get();
    CURRENT.set(this);
    try {
      return call.call();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /** Ends the call, now or when it blocks next. */
  public void cancel() {
    Runnable action;
    synchronized (this) {
      isRequested = true;
      action = ending;
    }
    if (action != null) {
      action.run();
    }
  }

  /**
   * Registers what ends the blocking operation that this thread starts, until the result is closed.
   * If the call is cancelled already, the action runs immediately. Does nothing if this thread
   * makes no call that can be cancelled.
   *
   * @param action must not block
   */
  public static Registration onCancel(Runnable action) {
    Cancellation current = CURRENT.get();
    return new Registration(current, current == null ? null : current.replace(action));
  }

  private @Nullable Runnable replace(@Nullable Runnable next) {
    Runnable previous;
    boolean runsNow;
    synchronized (this) {
      previous = ending;
      ending = next;
      runsNow = isRequested;
    }
    if (runsNow && next != null) {
      next.run();
    }
    return previous;
  }

  /** What was registered with {@link #onCancel}. */
  public static final class Registration {
    private final @Nullable Cancellation cancellation;
    private final @Nullable Runnable previous;

    private Registration(@Nullable Cancellation cancellation, @Nullable Runnable previous) {
      this.cancellation = cancellation;
      this.previous = previous;
    }

    /** Registers again what this registration replaced. */
    public void close() {
      if (cancellation != null) {
        Runnable unused = cancellation.replace(previous);
      }
    }
  }
}
