package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.time.Deadline;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the discovered instance that has an address. */
public interface HostLookup {

  /**
   * Returns the mapping of a host, or null if the host is not an instance's address.
   *
   * @throws IOException if this cannot be determined by the deadline
   */
  @Nullable Mapping find(String host, int port, Deadline deadline) throws IOException;
}
