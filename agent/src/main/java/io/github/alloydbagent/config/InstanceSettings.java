package io.github.alloydbagent.config;

import java.io.File;
import org.jspecify.annotations.Nullable;

/** The settings of one mapping: its own, and for the rest the general ones. */
public final class InstanceSettings {

  private final IpType ipType;
  private final boolean enableIamAuth;
  private final @Nullable File credentialsFile;
  private final String apiEndpoint;
  private final int serverPort;
  private final long connectTimeoutMillis;

  InstanceSettings(Values values) {
    this.ipType = values.get(KnownSettings.IP_TYPE);
    this.enableIamAuth = values.get(KnownSettings.ENABLE_IAM_AUTH);
    this.credentialsFile = values.find(KnownSettings.CREDENTIALS_FILE);
    this.apiEndpoint = values.get(KnownSettings.API_ENDPOINT);
    this.serverPort = values.get(KnownSettings.SERVER_PORT);
    this.connectTimeoutMillis = values.get(KnownSettings.CONNECT_TIMEOUT);
  }

  public IpType ipType() {
    return ipType;
  }

  public boolean enableIamAuth() {
    return enableIamAuth;
  }

  /** Null for Application Default Credentials. */
  public @Nullable File credentialsFile() {
    return credentialsFile;
  }

  /** Without a final slash. */
  public String apiEndpoint() {
    return apiEndpoint;
  }

  public int serverPort() {
    return serverPort;
  }

  /** The deadline of a connection for which the driver sets none. */
  public long connectTimeoutMillis() {
    return connectTimeoutMillis;
  }
}
