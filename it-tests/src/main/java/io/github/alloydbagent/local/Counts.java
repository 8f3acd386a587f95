package io.github.alloydbagent.local;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts events by kind, and adds each of them to the parent's counts too. */
final class Counts {
  private final Map<Served, AtomicLong> counts = new ConcurrentHashMap<>();
  private final @Nullable Counts parent;

  Counts(@Nullable Counts parent) {
    this.parent = parent;
  }

  void add(Served served) {
    counts.computeIfAbsent(served, s -> new AtomicLong()).incrementAndGet();
    if (parent != null) {
      parent.add(served);
    }
  }

  long of(Served served) {
    AtomicLong count = counts.get(served);
    return count == null ? 0 : count.get();
  }
}
