package io.github.alloydbagent.status;

import org.jspecify.annotations.Nullable;

/** Where events are recorded, if anywhere. Any thread; never throws. */
public interface Events {

  /** Begins one: null as long as nobody records such. */
  @Nullable Object begin(EventKind kind);

  /**
   * Ends one, and has it recorded.
   *
   * @param begun what {@link #begin} gave
   * @param values in the order of the {@link EventKind}'s
   */
  void end(Object begun, Object... values);
}
