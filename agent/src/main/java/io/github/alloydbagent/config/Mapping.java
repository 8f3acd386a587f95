package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.route.HostPattern;
import org.jspecify.annotations.Nullable;

/** A host and the instance that it is mapped to. */
public final class Mapping {

  private final String host;
  private final HostPattern pattern;
  private final InstanceName instance;
  private final InstanceSettings settings;
  private final String overrides;

  Mapping(
      String host,
      HostPattern pattern,
      InstanceName instance,
      InstanceSettings settings,
      String overrides) {
    this.host = host;
    this.pattern = pattern;
    this.instance = instance;
    this.settings = settings;
    this.overrides = overrides;
  }

  /** Returns the host as written in the settings, with its port if it has one. */
  public String host() {
    return host;
  }

  public HostPattern pattern() {
    return pattern;
  }

  public InstanceName instance() {
    return instance;
  }

  public InstanceSettings settings() {
    return settings;
  }

  /** Returns whether the same host is mapped to the same instance with the same settings. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof Mapping)) {
      return false;
    }
    Mapping that = (Mapping) other;
    return host.equals(that.host)
        && instance.equals(that.instance)
        && settings.equals(that.settings);
  }

  /** Omits the settings, which are expensive to hash and rarely the only difference. */
  @Override
  public int hashCode() {
    return 31 * host.hashCode() + instance.hashCode();
  }

  /** Returns the mapping as in the settings, without secrets. */
  @Override
  public String toString() {
    return host + "=" + instance + (overrides.isEmpty() ? "" : "?" + overrides);
  }
}
