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
 * always finds a matching route and target, even during a remap.
 */
public final class RouteTable {
  private final List<Mapping> mappings;
  private final Map<HostPattern, Target> targets;
  private final Routes<Target> routes;

  /**
   * Creates a table.
   *
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

  /** Returns the target of this host and port, or null if the host is not mapped. */
  @Nullable Target find(String host, int port) {
    return routes.find(host, port);
  }

  /** Returns all routes, for warnings about similar hosts. */
  Routes<Target> routes() {
    return routes;
  }

  /** Returns the target of the mapping with exactly this pattern, or null. */
  @Nullable Target at(HostPattern pattern) {
    return targets.get(pattern);
  }
}
