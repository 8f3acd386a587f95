package io.github.alloydbagent.tunnel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The tunnels of one target that are open. Keeps none alive that nobody else has. */
final class OpenTunnels {
  private final Map<TunnelSocket, Boolean> tunnels =
      Collections.synchronizedMap(new WeakHashMap<TunnelSocket, Boolean>());

  void add(TunnelSocket tunnel) {
    tunnels.put(tunnel, true);
  }

  /** Closes all, and says how many these were. */
  int close() {
    List<TunnelSocket> known;
    synchronized (tunnels) {
      known = new ArrayList<>(tunnels.keySet());
    }
    int open = 0;
    for (TunnelSocket tunnel : known) {
      try {
        open += tunnel.isClosed() ? 0 : 1;
        tunnel.close();
      } catch (IOException e) {
        // it is closed all the same
      }
    }
    return open;
  }
}
