package io.github.alloydbagent.discovery;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records when each unlisted host was first requested: only a list that started later can show that
 * the host is not the address of an instance. Thread-safe.
 */
final class RequestedHosts {

  /**
   * Far more than an application connects to; beyond this the least recently used host is dropped.
   */
  private static final int MAX_HOSTS = 10_000;

  private final Clock clock;
  private final Map<String, Long> firstRequestNanos =
      new LinkedHashMap<String, Long>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.@Nullable Entry<String, Long> eldest) {
          return size() > MAX_HOSTS;
        }
      };

  /** Patterns that any list has contained, even if they are no longer listed. */
  private final Map<HostPattern, Boolean> everListed = new HashMap<>();

  private Routes<Boolean> everListedRoutes = Routes.of(everListed);

  RequestedHosts(Clock clock) {
    this.clock = clock;
  }

  /**
   * Returns when the host was first requested, in nanoseconds of the monotonic clock. For a host
   * that was ever listed this is always now, since it may become the address of another instance.
   */
  synchronized long firstRequestNanos(String host, int port) {
    long now = clock.nanoTime();
    if (everListedRoutes.find(host, port) != null) {
      return now;
    }
    Long known = firstRequestNanos.putIfAbsent(host, now);
    return known == null ? now : known;
  }

  /** Records the hosts that a list contains. */
  synchronized void recordListed(List<Mapping> mappings) {
    boolean changed = false;
    for (Mapping mapping : mappings) {
      changed |= everListed.size() < MAX_HOSTS && everListed.put(mapping.pattern(), true) == null;
    }
    if (changed) {
      everListedRoutes = Routes.of(everListed);
      firstRequestNanos.keySet().removeIf(host -> everListedRoutes.find(host, -1) != null);
    }
  }
}
