package io.github.alloydbagent.status;

import org.jspecify.annotations.Nullable;

/** Records events, if a recording is in progress. Thread-safe; never throws. */
public interface Events {

  /** Begins an event; returns null if events of this kind are not recorded. */
  @Nullable Object begin(EventKind kind);

  /**
   * Ends an event and records it.
   *
   * @param begun the result of {@link #begin}
   * @param values the values, in the order that the {@link EventKind} defines
   */
  void end(Object begun, Object... values);
}
