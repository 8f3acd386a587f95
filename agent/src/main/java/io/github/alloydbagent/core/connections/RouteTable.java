package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.tunnel.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of the settings at one moment, with their targets. Immutable, so that a connection
 * always finds a matching route and target, even during a remap. Remembers the hosts that earlier
 * tables mapped: an edit that drops one of them by mistake must not remove its protection.
 */
public final class RouteTable {
  private final List<Mapping> mappings;
  private final Map<HostPattern, Target> targets;
  private final Routes<Target> routes;

  /** Every pattern that this table or an earlier one maps. */
  private final Set<HostPattern> everMapped;

  /** The patterns that only earlier tables map. */
  private final Routes<HostPattern> dropped;

  /**
   * Creates a table.
   *
   * @param targets one for each mapping, by its pattern
   */
  RouteTable(List<Mapping> mappings, Map<HostPattern, Target> targets) {
    this(mappings, targets, targets.keySet());
  }

  private RouteTable(
      List<Mapping> mappings, Map<HostPattern, Target> targets, Set<HostPattern> everMapped) {
    this.mappings = Collections.unmodifiableList(mappings);
    this.targets = targets;
    this.routes = Routes.of(targets);
    this.everMapped = everMapped;
    Map<HostPattern, HostPattern> onlyBefore = new HashMap<>();
    for (HostPattern pattern : everMapped) {
      if (!targets.containsKey(pattern)) {
        onlyBefore.put(pattern, pattern);
      }
    }
    this.dropped = Routes.of(onlyBefore);
  }

  /** Returns a table with the same mappings that also remembers those of a previous table. */
  RouteTable replacing(RouteTable previous) {
    Set<HostPattern> patterns = new HashSet<>(previous.everMapped);
    patterns.addAll(everMapped);
    return new RouteTable(mappings, targets, patterns);
  }

  List<Mapping> mappings() {
    return mappings;
  }

  /** Returns the target of this host and port, or null if the host is not mapped. */
  @Nullable Target find(String host, int port) {
    return routes.find(host, port);
  }

  /**
   * Returns the pattern under which an earlier table mapped a host that {@link #find} does not
   * find, or null if it was never mapped.
   */
  @Nullable HostPattern findDropped(String host, int port) {
    return dropped.isEmpty() ? null : dropped.find(host, port);
  }

  /** Returns the hosts of the previous table that this one does not map. */
  List<String> droppedFrom(RouteTable previous) {
    List<String> hosts = new ArrayList<>();
    for (Mapping mapping : previous.mappings) {
      if (!routes.covers(mapping.pattern())) {
        hosts.add(mapping.host());
      }
    }
    return hosts;
  }

  /** Returns all routes, for warnings about similar hosts. */
  Routes<Target> routes() {
    return routes;
  }

  /** Returns the target of the mapping with exactly this pattern, or null. */
  @Nullable Target targetOf(HostPattern pattern) {
    return targets.get(pattern);
  }
}
