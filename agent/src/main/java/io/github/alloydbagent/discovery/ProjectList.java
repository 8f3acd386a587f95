package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.InstanceList;
import io.github.alloydbagent.config.setting.InstanceName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The instances of one project, as one call listed them. Immutable. */
final class ProjectList {

  /**
   * The time after which a second empty list confirms the first one: during an outage the API may
   * return an empty list for a project that has instances.
   */
  static final long CONFIRMATION_NANOS = TimeUnit.SECONDS.toNanos(45);

  private final Map<InstanceName, Addresses> instances;
  private final Set<String> unreachableLocations;
  private final long startNanos;

  /** When the first unconfirmed empty list started; null if there is none. */
  private final @Nullable Long unconfirmedSince;

  private ProjectList(
      Map<InstanceName, Addresses> instances,
      Set<String> unreachable,
      long startNanos,
      @Nullable Long unconfirmedSince) {
    this.instances = Collections.unmodifiableMap(instances);
    this.unreachableLocations = unreachable;
    this.startNanos = startNanos;
    this.unconfirmedSince = unconfirmedSince;
  }

  /**
   * Creates a list. For locations that could not be reached, it keeps the instances of the previous
   * list. It keeps all of them if the list is empty, until a later empty list confirms it.
   *
   * @param startNanos when the call started, on the monotonic clock
   */
  static ProjectList of(InstanceList list, @Nullable ProjectList before, long startNanos) {
    if (before != null && !before.instances.isEmpty() && list.instances().isEmpty()) {
      long since = before.unconfirmedSince == null ? startNanos : before.unconfirmedSince;
      if (startNanos - since < CONFIRMATION_NANOS) {
        return new ProjectList(before.instances, list.unreachableLocations(), startNanos, since);
      }
    }
    Map<InstanceName, Addresses> instances = new LinkedHashMap<>(list.instances());
    if (before != null) {
      for (Map.Entry<InstanceName, Addresses> known : before.instances.entrySet()) {
        if (list.unreachableLocations().contains(known.getKey().location())) {
          instances.putIfAbsent(known.getKey(), known.getValue());
        }
      }
    }
    return new ProjectList(instances, list.unreachableLocations(), startNanos, null);
  }

  Map<InstanceName, Addresses> instances() {
    return instances;
  }

  /** Returns the locations that could not be listed, such as {@code us-central1}. */
  Set<String> unreachableLocations() {
    return unreachableLocations;
  }

  /** Returns whether this was an empty list, which only a later one can confirm. */
  boolean isUnconfirmed() {
    return unconfirmedSince != null;
  }

  /** Returns whether an address that is missing here belongs to no instance of the project. */
  boolean isComplete() {
    return unreachableLocations.isEmpty() && !isUnconfirmed();
  }

  long startNanos() {
    return startNanos;
  }
}
