package io.github.alloydbagent.route;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each mapped host leads to. Immutable; asked at every connection a driver makes, so a host
 * that is not mapped costs one look into a hash table.
 *
 * @param <T> what a host leads to
 */
public final class Routes<T> {

  private final Map<String, Targets<T>> hosts = new HashMap<>();
  private final Map<String, Targets<T>> wildcards = new HashMap<>();

  private Routes(Map<HostPattern, ? extends T> targets) {
    for (Map.Entry<HostPattern, ? extends T> entry : targets.entrySet()) {
      HostPattern pattern = entry.getKey();
      Map<String, Targets<T>> table = pattern.isWildcard() ? wildcards : hosts;
      Targets<T> known = table.get(pattern.name());
      table.put(pattern.name(), new Targets<T>(pattern.port(), entry.getValue(), known));
    }
  }

  public static <T> Routes<T> of(Map<HostPattern, ? extends T> targets) {
    return new Routes<T>(targets);
  }

  /** Returns null if the host is not mapped at this port. */
  public @Nullable T find(String host, int port) {
    String canonical = CanonicalHost.of(host);
    @Nullable T target = find(hosts.get(canonical), port);
    if (target != null || wildcards.isEmpty()) {
      return target;
    }
    String suffix = HostPattern.suffix(canonical);
    return suffix == null ? null : find(wildcards.get(suffix), port);
  }

  public boolean isEmpty() {
    return hosts.isEmpty() && wildcards.isEmpty();
  }

  private static <T> @Nullable T find(@Nullable Targets<T> first, int port) {
    @Nullable T anyPort = null;
    for (Targets<T> targets = first; targets != null; targets = targets.next) {
      if (targets.port == port) {
        return targets.target;
      }
      if (targets.port == HostPattern.ANY_PORT) {
        anyPort = targets.target;
      }
    }
    return anyPort;
  }

  /** A host's targets by port, linked: a host has one, now and then two. */
  private static final class Targets<T> {
    final int port;
    final T target;
    final @Nullable Targets<T> next;

    Targets(int port, T target, @Nullable Targets<T> next) {
      this.port = port;
      this.target = target;
      this.next = next;
    }
  }
}
