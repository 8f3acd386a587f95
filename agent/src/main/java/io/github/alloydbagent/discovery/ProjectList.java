package io.github.alloydbagent.discovery;

import io.github.alloydbagent.admin.Addresses;
import io.github.alloydbagent.admin.InstanceList;
import io.github.alloydbagent.config.setting.InstanceName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The instances of one project, as one call listed them. Immutable. */
final class ProjectList {
  private final Map<InstanceName, Addresses> instances;
  private final Set<String> unreachable;
  private final long startNanos;

  private ProjectList(
      Map<InstanceName, Addresses> instances, Set<String> unreachable, long startNanos) {
    this.instances = Collections.unmodifiableMap(instances);
    this.unreachable = unreachable;
    this.startNanos = startNanos;
  }

  /**
   * Creates a list. For locations that could not be reached, it keeps the instances of the previous
   * list.
   *
   * @param startNanos when the call started, on the monotonic clock
   */
  static ProjectList of(InstanceList list, @Nullable ProjectList before, long startNanos) {
    Map<InstanceName, Addresses> instances = new LinkedHashMap<>(list.instances());
    if (before != null) {
      for (Map.Entry<InstanceName, Addresses> known : before.instances.entrySet()) {
        if (list.unreachable().contains(known.getKey().location())) {
          instances.putIfAbsent(known.getKey(), known.getValue());
        }
      }
    }
    return new ProjectList(instances, list.unreachable(), startNanos);
  }

  Map<InstanceName, Addresses> instances() {
    return instances;
  }

  /** Returns the locations that could not be listed, such as {@code us-central1}. */
  Set<String> unreachable() {
    return unreachable;
  }

  boolean isComplete() {
    return unreachable.isEmpty();
  }

  long startNanos() {
    return startNanos;
  }
}
