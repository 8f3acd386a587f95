package io.github.alloydbagent.admin;

import io.github.alloydbagent.config.setting.InstanceName;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/** The instances of a project that the API could list. Immutable. */
public final class InstanceList {
  private final Map<InstanceName, Addresses> instances;
  private final Set<String> unreachableLocations;

  /**
   * Creates a list.
   *
   * @param unreachable names of locations, such as {@code us-central1}
   */
  public InstanceList(Map<InstanceName, Addresses> instances, Set<String> unreachable) {
    this.instances = Collections.unmodifiableMap(instances);
    this.unreachableLocations = Collections.unmodifiableSet(unreachable);
  }

  /** Returns the instances in the locations that could be reached. */
  public Map<InstanceName, Addresses> instances() {
    return instances;
  }

  /** Returns the names of the locations that could not be reached, whose instances are missing. */
  public Set<String> unreachableLocations() {
    return unreachableLocations;
  }
}
