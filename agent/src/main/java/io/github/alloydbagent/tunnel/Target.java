package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.InstanceSettings;
import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.config.setting.InstanceName;
import io.github.alloydbagent.credentials.Identity;
import io.github.alloydbagent.credentials.Scope;
import io.github.alloydbagent.log.FailureThrottle;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.refresh.ConnectionInfoCache;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.tunnel.postgres.IamLogin;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The target of one mapping: its instance, its settings, and what its connections share. */
public final class Target {
  private final Mapping mapping;
  private final Identity identity;
  private final ConnectionInfoCache connectionInfo;
  private final AtomicBoolean hasBeenReached = new AtomicBoolean();
  private final OpenTunnels tunnels = new OpenTunnels();
  private final @Nullable WarmTunnels warmTunnels;
  private final FailureThrottle failureThrottle;
  private final AtomicBoolean hasRequestedPassword = new AtomicBoolean();

  /**
   * @param dialExecutor dials warm tunnels
   * @param timer its tasks do not block
   */
  public Target(
      Mapping mapping,
      Identity identity,
      ConnectionInfoCache connectionInfo,
      Executor dialExecutor,
      ScheduledExecutorService timer,
      Clock clock,
      Log log) {
    this.mapping = mapping;
    this.failureThrottle = new FailureThrottle(clock);
    this.identity = identity;
    this.connectionInfo = connectionInfo;
    int warm = mapping.settings().warmTunnels();
    this.warmTunnels =
        warm == 0
            ? null
            : new WarmTunnels(
                warm,
                dialExecutor,
                timer,
                clock::nanoTime,
                log.about(mapping.host(), mapping.instance().uri()));
  }

  public Mapping mapping() {
    return mapping;
  }

  /** Returns the host as the settings spell it. */
  String host() {
    return mapping.host();
  }

  public InstanceName instance() {
    return mapping.instance();
  }

  public InstanceSettings settings() {
    return mapping.settings();
  }

  /** Returns the timeout of a connection for which the driver sets none. */
  public long connectTimeoutMillis() {
    return settings().connectTimeoutMillis();
  }

  /** Returns the identity that connections authenticate as. */
  public Identity identity() {
    return identity;
  }

  public ConnectionInfoCache connectionInfo() {
    return connectionInfo;
  }

  /** Adds the host and its tunnels to the status of the instance. */
  public void addToStatus() {
    status().addHost(mapping.host(), tunnels);
  }

  /**
   * Closes the open tunnels and refuses further ones: {@link Connector#connect} throws {@link
   * RemappedException}, even if it is already running.
   *
   * @return the number of tunnels that were open
   */
  public int retire() {
    return tunnels.retire();
  }

  /** Refuses further tunnels if none is open now; returns whether further tunnels are refused. */
  public boolean retireIfUnused() {
    return tunnels.retireIfEmpty();
  }

  void refuseIfRetired(String dialedHost) throws RemappedException {
    if (tunnels.isRetired()) {
      throw new RemappedException(dialedHost, instance().toString());
    }
  }

  /** Adds a tunnel that was just opened, or closes it if this target is retired. */
  void addTunnel(String dialedHost, TunnelSocket tunnel) throws RemappedException {
    if (!tunnels.add(tunnel)) {
      DialTimeout.closeQuietly(tunnel);
      throw new RemappedException(dialedHost, instance().toString());
    }
  }

  /**
   * Called when the host no longer leads to this target: closes the warm tunnels in the background.
   */
  public void drop() {
    status().removeHost(mapping.host(), tunnels);
    if (warmTunnels != null) {
      warmTunnels.close();
    }
  }

  /**
   * Returns the inputs that a connection would be dialed with now, or null if it would have to wait
   * for them.
   */
  @Nullable DialInputs availableInputs() {
    ConnectionInfo info = connectionInfo.cached();
    CompletableFuture<String> token = identity.token(Scope.LOGIN);
    return info == null || !token.isDone() || token.isCompletedExceptionally()
        ? null
        : new DialInputs(info, token.join());
  }

  /** Returns the warm tunnels, or null if they are disabled. */
  @Nullable WarmTunnels warmTunnels() {
    return warmTunnels;
  }

  InstanceStatus status() {
    return connectionInfo.status();
  }

  /** Returns the failure throttle of the connections that applications requested. */
  FailureThrottle failureThrottle() {
    return failureThrottle;
  }

  OpenTunnels tunnels() {
    return tunnels;
  }

  /** Returns true on the first call only. */
  boolean isFirstConnection() {
    return hasBeenReached.compareAndSet(false, true);
  }

  /** Returns true on the first call only; called when the server requests a password. */
  public boolean isFirstPasswordRequest() {
    return hasRequestedPassword.compareAndSet(false, true);
  }

  /**
   * Returns the automatic IAM login as a user of this target; the login token must have been
   * fetched.
   *
   * @param host the host and port as the driver specified them, for messages
   * @throws IOException if the principal's database user is required but cannot be determined
   */
  public IamLogin iamLogin(String host, Log log) throws IOException {
    return IamLogin.of(
        host, instance(), identity(), settings().iamUser(), this::isFirstPasswordRequest, log);
  }
}
