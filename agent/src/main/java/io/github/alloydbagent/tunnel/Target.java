package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.log.FailureThrottle;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What one mapping of a host leads to. */
public final class Target {
  private final Mapping mapping;
  private final Identity identity;
  private final ConnectionInfoCache connectionInfo;
  private final AtomicBoolean reached = new AtomicBoolean();
  private final OpenTunnels tunnels = new OpenTunnels();
  private final @Nullable WarmTunnels warmTunnels;
  private final FailureThrottle trouble;
  private final AtomicBoolean asksForPasswords = new AtomicBoolean();

  /**
   * @param dials where tunnels are made that nobody waits for
   * @param timer its tasks take no time
   */
  public Target(
      Mapping mapping,
      Identity identity,
      ConnectionInfoCache connectionInfo,
      Executor dials,
      ScheduledExecutorService timer,
      Clock clock,
      Log log) {
    this.mapping = mapping;
    this.trouble = new FailureThrottle(clock);
    this.identity = identity;
    this.connectionInfo = connectionInfo;
    int warm = mapping.settings().warmTunnels();
    this.warmTunnels =
        warm == 0
            ? null
            : new WarmTunnels(
                warm,
                dials,
                timer,
                clock::nanoTime,
                log.about(mapping.host(), mapping.instance().uri()));
  }

  /** The mapping that leads here. */
  public Mapping mapping() {
    return mapping;
  }

  /** As in the settings. */
  String host() {
    return mapping.host();
  }

  public InstanceName instance() {
    return mapping.instance();
  }

  public InstanceSettings settings() {
    return mapping.settings();
  }

  /** The deadline of a connection for which nobody sets one. */
  public long connectTimeoutMillis() {
    return settings().connectTimeoutMillis();
  }

  /** As whom. */
  public Identity identity() {
    return identity;
  }

  public ConnectionInfoCache connectionInfo() {
    return connectionInfo;
  }

  /** Has its host and tunnels told among its instance's. */
  public void tell() {
    status().reachedAs(mapping.host(), tunnels);
  }

  /**
   * Closes the open tunnels and refuses further ones: {@link Connector#connect} ends with a {@link
   * RemappedException}, even where it is under way.
   *
   * @return how many tunnels were open
   */
  public int retire() {
    return tunnels.retire();
  }

  /** Refuses further tunnels if none is open now; returns whether they are refused. */
  public boolean retireIfUnused() {
    return tunnels.retireIfEmpty();
  }

  void refuseIfRetired(String dialledHost) throws RemappedException {
    if (tunnels.isRetired()) {
      throw new RemappedException(dialledHost, instance().toString());
    }
  }

  /** Takes a tunnel that was just opened, or closes it if no host leads here any more. */
  void opened(String dialledHost, TunnelSocket tunnel) throws RemappedException {
    if (!tunnels.add(tunnel)) {
      DialTimeout.closeQuietly(tunnel);
      throw new RemappedException(dialledHost, instance().toString());
    }
  }

  /**
   * The host does not lead here any more: closes the tunnels that no driver has, in the background.
   */
  public void drop() {
    status().leftBy(mapping.host(), tunnels);
    if (warmTunnels != null) {
      warmTunnels.close();
    }
  }

  /** Those that no driver has yet; null where none are wanted. */
  @Nullable WarmTunnels warmTunnels() {
    return warmTunnels;
  }

  /** What is recorded of its instance. */
  InstanceStatus status() {
    return connectionInfo.status();
  }

  /** Of connections that were asked for. */
  FailureThrottle trouble() {
    return trouble;
  }

  OpenTunnels tunnels() {
    return tunnels;
  }

  /** True the first time that it is called. */
  boolean reachedForTheFirstTime() {
    return reached.compareAndSet(false, true);
  }

  /** True the first time that it is called: once the server has asked for a password. */
  public boolean asksForAPasswordForTheFirstTime() {
    return asksForPasswords.compareAndSet(false, true);
  }

  /**
   * The automatic IAM login as a user of this target; the login token must have been fetched.
   *
   * @param host the driver's own, with its port, for messages
   * @throws IOException if the database user is to be the principal's, which cannot be found out
   */
  public IamLogin iamLogin(String host, Log log) throws IOException {
    return IamLogin.of(
        host,
        instance(),
        identity(),
        settings().iamUser(),
        this::asksForAPasswordForTheFirstTime,
        log);
  }
}
