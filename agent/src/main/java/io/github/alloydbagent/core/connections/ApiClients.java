package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.admin.AdminApi;
import io.github.alloydbagent.config.IdentitySettings;
import io.github.alloydbagent.credentials.Identity;
import org.jspecify.annotations.Nullable;

/** Creates the clients of the servers that provide tokens and connection info. */
public interface ApiClients {

  /** Creates an identity from credentials; it fetches their tokens. */
  Identity identity(IdentitySettings settings);

  /**
   * Creates a client of the Admin API that uses an identity.
   *
   * @param endpoint null for the endpoint of the identity's universe
   */
  AdminApi adminApi(@Nullable String endpoint, Identity identity);
}
