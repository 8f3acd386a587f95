package io.github.alloydbagent.config;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.config.setting.KnownSettings;
import io.github.alloydbagent.config.setting.RefreshStrategy;
import io.github.alloydbagent.config.setting.SettingValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of one mapping: those it overrides, and the general ones for the rest. */
public final class InstanceSettings {

  private final SettingValues values;
  private final IdentitySettings identity;
  private final List<@Nullable Object> effective;

  InstanceSettings(SettingValues values) {
    this.values = values;
    this.effective = values.findAll(KnownSettings.PER_INSTANCE);
    this.identity = new IdentitySettings(values);
  }

  /** Returns the IP types to dial, in this order. */
  public List<IpType> ipTypes() {
    return values.get(KnownSettings.IP_TYPE);
  }

  public boolean enableIamAuth() {
    return values.get(KnownSettings.ENABLE_IAM_AUTH);
  }

  /**
   * Returns the database user to log in as with IAM authentication, {@code auto}, or null for the
   * application's user.
   */
  public @Nullable String iamUser() {
    return values.find(KnownSettings.IAM_USER);
  }

  public IdentitySettings identity() {
    return identity;
  }

  /**
   * Returns the URL of the Admin API without a trailing slash; null for that of the identity's
   * universe.
   */
  public @Nullable String apiEndpoint() {
    return values.find(KnownSettings.API_ENDPOINT);
  }

  public RefreshStrategy refreshStrategy() {
    return values.get(KnownSettings.REFRESH_STRATEGY);
  }

  /** Returns the interval of TCP keep-alive in milliseconds; 0 if it is off. */
  public long keepAliveMillis() {
    return values.get(KnownSettings.KEEP_ALIVE);
  }

  /**
   * Returns how many tunnels to keep ready. 0 with lazy refresh, because a CPU that is throttled
   * between requests cannot maintain them.
   */
  public int warmTunnels() {
    return refreshStrategy() == RefreshStrategy.LAZY ? 0 : values.get(KnownSettings.WARM_TUNNELS);
  }

  public int serverPort() {
    return values.get(KnownSettings.SERVER_PORT);
  }

  /** Returns the deadline, in milliseconds, of connections for which the driver sets none. */
  public long connectTimeoutMillis() {
    return values.get(KnownSettings.CONNECT_TIMEOUT);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof InstanceSettings
            && effective.equals(((InstanceSettings) other).effective));
  }

  @Override
  public int hashCode() {
    return effective.hashCode();
  }
}
