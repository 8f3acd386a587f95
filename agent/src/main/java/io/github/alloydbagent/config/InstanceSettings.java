package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.RefreshStrategy;
import io.github.alloydbagent.config.setting.SettingValues;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of one mapping: those it overrides, and the general ones for the rest. */
public final class InstanceSettings {

  private final List<IpType> ipTypes;
  private final boolean enableIamAuth;
  private final @Nullable String iamUser;
  private final IdentitySettings identity;
  private final @Nullable String apiEndpoint;
  private final RefreshStrategy refreshStrategy;
  private final long keepAliveMillis;
  private final int warmTunnels;
  private final int serverPort;
  private final long connectTimeoutMillis;

  InstanceSettings(SettingValues values) {
    this.ipTypes = values.get(KnownSettings.IP_TYPE);
    this.enableIamAuth = values.get(KnownSettings.ENABLE_IAM_AUTH);
    this.iamUser = values.find(KnownSettings.IAM_USER);
    this.identity = new IdentitySettings(values);
    this.apiEndpoint = values.find(KnownSettings.API_ENDPOINT);
    this.refreshStrategy = values.get(KnownSettings.REFRESH_STRATEGY);
    this.keepAliveMillis = values.get(KnownSettings.KEEP_ALIVE);
    this.warmTunnels = values.get(KnownSettings.WARM_TUNNELS);
    this.serverPort = values.get(KnownSettings.SERVER_PORT);
    this.connectTimeoutMillis = values.get(KnownSettings.CONNECT_TIMEOUT);
  }

  /** Returns the IP types to dial, in this order. */
  public List<IpType> ipTypes() {
    return ipTypes;
  }

  public boolean enableIamAuth() {
    return enableIamAuth;
  }

  /**
   * Returns the database user to log in as with IAM authentication, {@code auto}, or null for the
   * application's user.
   */
  public @Nullable String iamUser() {
    return iamUser;
  }

  /** Returns the identity to connect as. */
  public IdentitySettings identity() {
    return identity;
  }

  /**
   * Returns the URL of the Admin API without a trailing slash; null for that of the identity's
   * universe.
   */
  public @Nullable String apiEndpoint() {
    return apiEndpoint;
  }

  public RefreshStrategy refreshStrategy() {
    return refreshStrategy;
  }

  /** Returns the interval of TCP keep-alive in milliseconds; 0 if it is off. */
  public long keepAliveMillis() {
    return keepAliveMillis;
  }

  /**
   * Returns how many tunnels to keep ready. 0 with lazy refresh, because a CPU that is throttled
   * between requests cannot maintain them.
   */
  public int warmTunnels() {
    return refreshStrategy == RefreshStrategy.LAZY ? 0 : warmTunnels;
  }

  public int serverPort() {
    return serverPort;
  }

  /** Returns the deadline, in milliseconds, of connections for which the driver sets none. */
  public long connectTimeoutMillis() {
    return connectTimeoutMillis;
  }

  private List<@Nullable Object> parts() {
    return Arrays.<@Nullable Object>asList(
        ipTypes,
        enableIamAuth,
        iamUser,
        identity,
        apiEndpoint,
        refreshStrategy,
        keepAliveMillis,
        warmTunnels,
        serverPort,
        connectTimeoutMillis);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof InstanceSettings
            && parts().equals(((InstanceSettings) other).parts()));
  }

  @Override
  public int hashCode() {
    return parts().hashCode();
  }
}
