package io.github.alloydbagent.core;

import io.github.alloydbagent.discovery.Discovery;
import org.jspecify.annotations.Nullable;

/** What connections need, and what takes its time to make. */
final class Prepared {
  private final Targets targets;
  private final @Nullable Discovery discovery;

  Prepared(Targets targets, @Nullable Discovery discovery) {
    this.targets = targets;
    this.discovery = discovery;
  }

  Targets targets() {
    return targets;
  }

  /** Null if no project is to be listed. */
  @Nullable Discovery discovery() {
    return discovery;
  }
}
