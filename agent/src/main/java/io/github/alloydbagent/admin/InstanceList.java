package io.github.alloydbagent.admin;

import io.github.alloydbagent.config.setting.InstanceName;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/** The instances of a project, as far as the API could list them. */
public final class InstanceList {
  private final Map<InstanceName, Addresses> instances;
  private final Set<String> unreachable;

  /**
   * @param unreachable names of locations, such as {@code us-central1}
   */
  public InstanceList(Map<InstanceName, Addresses> instances, Set<String> unreachable) {
    this.instances = Collections.unmodifiableMap(instances);
    this.unreachable = Collections.unmodifiableSet(unreachable);
  }

  /** Those of the locations that could be reached. */
  public Map<InstanceName, Addresses> instances() {
    return instances;
  }

  /** Names of the locations that could not, whose instances are not in the list. */
  public Set<String> unreachable() {
    return unreachable;
  }
}
