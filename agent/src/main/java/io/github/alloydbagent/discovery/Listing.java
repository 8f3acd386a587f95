package io.github.alloydbagent.discovery;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all projects together were found to have. Immutable. */
final class Listing {
  private final Routes<List<Mapping>> routes;
  private final List<Mapping> mappings;
  private final String missing;

  /**
   * @param missing what is not known, and why, as sentences; empty if the listing is whole
   */
  Listing(List<Mapping> mappings, String missing) {
    Map<HostPattern, List<Mapping>> byHost = new HashMap<>();
    for (Mapping mapping : mappings) {
      byHost.computeIfAbsent(mapping.pattern(), host -> new ArrayList<>(1)).add(mapping);
    }
    this.routes = Routes.of(byHost);
    this.mappings = mappings;
    this.missing = missing;
  }

  /**
   * Null if this is no address of an instance that is known.
   *
   * @throws IOException if it is an address of several, as networks may overlap
   */
  @Nullable Mapping find(String host, int port) throws IOException {
    List<Mapping> found = routes.find(host, port);
    if (found == null) {
      return null;
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    StringBuilder names = new StringBuilder();
    for (Mapping mapping : found) {
      names.append(names.length() == 0 ? "" : " and ").append(mapping.instance());
    }
    throw new IOException(
        "AlloyDB Agent: no connection to host "
            + host
            + ": it is an address of several discovered instances, "
            + names
            + ". Map it with the setting instances to the one that is meant.");
  }

  List<Mapping> mappings() {
    return mappings;
  }

  /** What is not known, and why; empty if the listing is whole. */
  String missing() {
    return missing;
  }

  boolean isWhole() {
    return missing.isEmpty();
  }

  /** Says why nobody can tell what this host is. */
  IOException unknown(String host) {
    return new IOException(
        "AlloyDB Agent: no connection to host "
            + host
            + ": it may be an address of an instance that is to be discovered. "
            + missing
            + " Map the host with the setting instances, or take the project out of discover.");
  }
}
