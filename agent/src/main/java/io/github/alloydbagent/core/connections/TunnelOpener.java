package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Target;
import java.io.IOException;
import java.net.Socket;

/** Opens tunnels; see {@link io.github.alloydbagent.tunnel.Connector#connect}. */
public interface TunnelOpener {

  /**
   * Opens a connected tunnel to the target.
   *
   * @param host the driver's host and port, for messages
   */
  Socket connect(String host, Target target, Deadline deadline) throws IOException;
}
