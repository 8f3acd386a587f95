package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.credentials.Identity;
import org.jspecify.annotations.Nullable;

/** Makes the clients of the servers that tokens and connection info come from. */
public interface ApiClients {

  /** Credentials and their tokens. */
  Identity identity(IdentitySettings settings);

  /**
   * The Admin API, as asked by an identity.
   *
   * @param endpoint null for the one of the identity's universe
   */
  AdminApi adminApi(@Nullable String endpoint, Identity identity);
}
