package io.github.alloydbagent.route;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the target of a mapped host. Every connection of a driver calls this, so an unmapped
 * host costs one lookup in a hash table, unless there are wildcards. Immutable.
 *
 * @param <T> the type of the targets
 */
public final class Routes<T> {

  /** Names of this machine: their canonical form and their usual spelling. */
  private static final Map<String, String> LOOPBACK = loopbackNames();

  private final boolean mapsLoopback;
  private final Map<String, HostTargets<T>> hosts = new HashMap<>();
  private final Map<String, HostTargets<T>> wildcards = new HashMap<>();

  private Routes(Map<HostPattern, ? extends T> targets) {
    for (Map.Entry<HostPattern, ? extends T> entry : targets.entrySet()) {
      HostPattern pattern = entry.getKey();
      Map<String, HostTargets<T>> table = pattern.isWildcard() ? wildcards : hosts;
      HostTargets<T> known = table.get(pattern.name());
      table.put(pattern.name(), new HostTargets<T>(pattern.port(), entry.getValue(), known));
    }
    this.mapsLoopback = !Collections.disjoint(LOOPBACK.keySet(), hosts.keySet());
  }

  public static <T> Routes<T> of(Map<HostPattern, ? extends T> targets) {
    return new Routes<T>(targets);
  }

  /** Returns the target of the host and port, or null if they are not mapped. */
  public @Nullable T find(String host, int port) {
    String canonical = CanonicalHost.of(host);
    @Nullable T target = find(hosts.get(canonical), port);
    if (target != null) {
      return target;
    }
    String address = HostPattern.withoutZone(canonical);
    if (address != null) { // wildcards do not apply to addresses
      return find(hosts.get(address), port);
    }
    if (wildcards.isEmpty()) {
      return null;
    }
    String suffix = HostPattern.suffix(canonical);
    return suffix == null ? null : find(wildcards.get(suffix), port);
  }

  /** Returns whether there is a target for every host and port that the pattern matches. */
  public boolean covers(HostPattern pattern) {
    String name = pattern.name();
    if (pattern.isWildcard()) {
      return find(wildcards.get(name), pattern.port()) != null;
    }
    String suffix = HostPattern.suffix(name);
    return find(hosts.get(name), pattern.port()) != null
        || (suffix != null && find(wildcards.get(suffix), pattern.port()) != null);
  }

  /**
   * Returns, for a host that {@link #find} does not find, another name of this machine that is
   * mapped at this port; null if the host is not this machine or has no such mapping. The names
   * remain different hosts: a JVM may resolve {@code localhost} to either address.
   */
  public @Nullable String otherLoopback(String host, int port) {
    String canonical = CanonicalHost.of(host);
    if (!mapsLoopback || !LOOPBACK.containsKey(canonical)) {
      return null;
    }
    for (Map.Entry<String, String> other : LOOPBACK.entrySet()) {
      boolean isOther = !other.getKey().equals(canonical);
      if (isOther && find(hosts.get(other.getKey()), port) != null) {
        return other.getValue();
      }
    }
    return null;
  }

  private static Map<String, String> loopbackNames() {
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : new String[] {"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"}) {
      names.put(CanonicalHost.of(name), name);
    }
    return Collections.unmodifiableMap(names);
  }

  public boolean isEmpty() {
    return hosts.isEmpty() && wildcards.isEmpty();
  }

  private static <T> @Nullable T find(@Nullable HostTargets<T> first, int port) {
    @Nullable T anyPort = null;
    for (HostTargets<T> targets = first; targets != null; targets = targets.next) {
      if (targets.port == port) {
        return targets.target;
      }
      if (targets.port == HostPattern.ANY_PORT) {
        anyPort = targets.target;
      }
    }
    return anyPort;
  }

  /** The targets of a host by port, as a linked list: most hosts have one. */
  private static final class HostTargets<T> {
    final int port;
    final T target;
    final @Nullable HostTargets<T> next;

    HostTargets(int port, T target, @Nullable HostTargets<T> next) {
      this.port = port;
      this.target = target;
      this.next = next;
    }
  }
}
