package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.tunnel.Target;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of the settings at one moment, with their targets. Immutable, so that a connection
 * finds a route and the target that belongs to it, whatever changes meanwhile.
 */
final class RouteTable {
  private final List<Mapping> mappings;
  private final Map<HostPattern, Target> targets;
  private final Routes<Target> routes;

  /**
   * @param targets one for each mapping, by its pattern
   */
  RouteTable(List<Mapping> mappings, Map<HostPattern, Target> targets) {
    this.mappings = Collections.unmodifiableList(mappings);
    this.targets = targets;
    this.routes = Routes.of(targets);
  }

  List<Mapping> mappings() {
    return mappings;
  }

  /** Where connections to this host and port lead, or null if it is not mapped. */
  @Nullable Target find(String host, int port) {
    return routes.find(host, port);
  }

  /** All routes, for warnings about similar hosts. */
  Routes<Target> routes() {
    return routes;
  }

  /** Where the mapping of exactly this pattern leads, or null if there is none. */
  @Nullable Target at(HostPattern pattern) {
    return targets.get(pattern);
  }
}
