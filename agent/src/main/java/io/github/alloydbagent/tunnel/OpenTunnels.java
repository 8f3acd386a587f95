package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.status.Tunnels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The tunnels of one target that are open. Keeps none alive that nobody else has. */
final class OpenTunnels implements Tunnels {
  private final Map<TunnelSocket, Boolean> tunnels =
      Collections.synchronizedMap(new WeakHashMap<TunnelSocket, Boolean>());

  void add(TunnelSocket tunnel) {
    tunnels.put(tunnel, true);
  }

  @Override
  public int count() {
    int open = 0;
    for (TunnelSocket tunnel : known()) {
      open += tunnel.isClosed() ? 0 : 1;
    }
    return open;
  }

  @Override
  public int close() {
    int open = 0;
    for (TunnelSocket tunnel : known()) {
      try {
        open += tunnel.isClosed() ? 0 : 1;
        tunnel.close();
      } catch (IOException e) {
        // it is closed all the same
      }
    }
    return open;
  }

  private List<TunnelSocket> known() {
    synchronized (tunnels) {
      return new ArrayList<>(tunnels.keySet());
    }
  }
}
