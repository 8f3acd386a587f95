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
 * When hosts that no list names were first asked for: only a list that started after that can tell
 * that a host is not an instance's. Any thread.
 */
final class RequestedHosts {

  /** Far more than an application connects to; the least recently used is forgotten. */
  private static final int MAX = 10_000;

  private final Clock clock;
  private final Map<String, Long> firstAsked =
      new LinkedHashMap<String, Long>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.@Nullable Entry<String, Long> eldest) {
          return size() > MAX;
        }
      };

  /** Patterns that a list has named at some time, whoever they belong to by now. */
  private final Map<HostPattern, Boolean> everListed = new HashMap<>();

  private Routes<Boolean> everListedRoutes = Routes.of(everListed);

  RequestedHosts(Clock clock) {
    this.clock = clock;
  }

  /**
   * When the host was first asked for, in nanoseconds of the monotonic clock. Of one that was an
   * instance's at some time that is always now: it may be another instance's soon.
   */
  synchronized long firstAsked(String host, int port) {
    long now = clock.nanoTime();
    if (everListedRoutes.find(host, port) != null) {
      return now;
    }
    Long known = firstAsked.putIfAbsent(host, now);
    return known == null ? now : known;
  }

  /** Takes note of the hosts that a list names. */
  synchronized void listed(List<Mapping> mappings) {
    boolean changed = false;
    for (Mapping mapping : mappings) {
      changed |= everListed.size() < MAX && everListed.put(mapping.pattern(), true) == null;
    }
    if (changed) {
      everListedRoutes = Routes.of(everListed);
      firstAsked.keySet().removeIf(host -> everListedRoutes.find(host, -1) != null);
    }
  }
}
