package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceName;
import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import java.util.concurrent.atomic.AtomicBoolean;

/** What one mapping of a host leads to. */
public final class Target {
  private final Mapping mapping;
  private final Identity identity;
  private final ConnectionInfoCache connectionInfo;
  private final AtomicBoolean reached = new AtomicBoolean();
  private final OpenTunnels tunnels = new OpenTunnels();
  private final AtomicBoolean asksForPasswords = new AtomicBoolean();

  public Target(Mapping mapping, Identity identity, ConnectionInfoCache connectionInfo) {
    this.mapping = mapping;
    this.identity = identity;
    this.connectionInfo = connectionInfo;
  }

  InstanceName instance() {
    return mapping.instance();
  }

  InstanceSettings settings() {
    return mapping.settings();
  }

  /** As whom. */
  public Identity identity() {
    return identity;
  }

  public ConnectionInfoCache connectionInfo() {
    return connectionInfo;
  }

  /** Closes the tunnels that are open now, and says how many these were. */
  public int closeTunnels() {
    return tunnels.close();
  }

  OpenTunnels tunnels() {
    return tunnels;
  }

  /** True the first time that it is called. */
  boolean reachedForTheFirstTime() {
    return reached.compareAndSet(false, true);
  }

  /** True the first time that it is called: once the server has asked for a password. */
  boolean asksForAPasswordForTheFirstTime() {
    return asksForPasswords.compareAndSet(false, true);
  }
}
