package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.route.HostPattern;
import org.jspecify.annotations.Nullable;

/** A host, and the instance that it stands for. */
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

  /** The host as it was written in the settings, with its port if it has one. */
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

  /** Whether the same host stands for the same instance, with the same settings. */
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

  /** Leaves the settings out, which are expensive to hash and rarely the only difference. */
  @Override
  public int hashCode() {
    return 31 * host.hashCode() + instance.hashCode();
  }

  /** The mapping as in the settings, secrets left out. */
  @Override
  public String toString() {
    return host + "=" + instance + (overrides.isEmpty() ? "" : "?" + overrides);
  }
}
