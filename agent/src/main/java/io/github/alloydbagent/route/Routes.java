package io.github.alloydbagent.route;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each mapped host leads to. Immutable; asked at every connection a driver makes, so a host
 * that is not mapped costs one look into a hash table.
 *
 * @param <T> what a host leads to
 */
public final class Routes<T> {

  /** Names of this machine, in their canonical form, and as they are usually written. */
  private static final Map<String, String> LOOPBACK = loopback();

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

  /** Returns null if the host is not mapped at this port. */
  public @Nullable T find(String host, int port) {
    String canonical = CanonicalHost.of(host);
    @Nullable T target = find(hosts.get(canonical), port);
    if (target != null) {
      return target;
    }
    String address = HostPattern.withoutZone(canonical);
    if (address != null) { // an address, to which no wildcard applies
      return find(hosts.get(address), port);
    }
    if (wildcards.isEmpty()) {
      return null;
    }
    String suffix = HostPattern.suffix(canonical);
    return suffix == null ? null : find(wildcards.get(suffix), port);
  }

  /**
   * Asked where {@link #find} found nothing: if the host is this machine itself, and mapped under
   * another name at this port, that name; else null. The names stay different hosts: a JVM may
   * resolve {@code localhost} to either address.
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

  private static Map<String, String> loopback() {
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

  /** A host's targets by port, linked: a host has one, now and then two. */
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
