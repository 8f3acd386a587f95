package io.github.alloydbagent.discovery;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The instances of all projects, as the latest lists contain them. Immutable. */
final class Listing {
  private final Routes<List<Mapping>> routes;
  private final List<Mapping> mappings;
  private final boolean isComplete;
  private final List<@Nullable Long> completeSince;

  /**
   * Creates a listing.
   *
   * @param isComplete whether the last list of every project is complete
   * @param completeSince for each project, the start of its last complete list in nanoseconds of
   *     the monotonic clock; null before the first one
   */
  Listing(List<Mapping> mappings, boolean isComplete, List<@Nullable Long> completeSince) {
    Map<HostPattern, List<Mapping>> byHost = new HashMap<>();
    for (Mapping mapping : mappings) {
      byHost.computeIfAbsent(mapping.pattern(), host -> new ArrayList<>(1)).add(mapping);
    }
    this.routes = Routes.of(byHost);
    this.mappings = mappings;
    this.isComplete = isComplete;
    this.completeSince = completeSince;
  }

  /**
   * Returns the mapping of a host, or null if the host is not the address of a known instance.
   *
   * @throws IOException if it is the address of several instances: networks may overlap
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
        ErrorCode.ADDRESS_AMBIGUOUS.driverMessage(
            "no connection to host "
                + host
                + ": it is an address of several discovered instances, "
                + names
                + ". Map it with the setting instances to the intended one."));
  }

  /**
   * Returns whether the host is an address of several instances, of which an incomplete list may
   * have kept one that was deleted.
   */
  boolean isDoubtful(String host, int port) {
    if (isComplete) {
      return false;
    }
    List<Mapping> found = routes.find(host, port);
    return found != null && found.size() > 1;
  }

  List<Mapping> mappings() {
    return mappings;
  }

  /**
   * Returns whether every project was listed completely by a call that started after the given
   * time.
   */
  boolean isCompleteSince(long nanos) {
    for (Long start : completeSince) {
      if (start == null || start - nanos <= 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the start of the last complete list of a project; null before the first one. */
  @Nullable Long completeSince(int project) {
    return completeSince.get(project);
  }
}
