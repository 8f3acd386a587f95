package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.status.Tunnels;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** The open tunnels of one target. Keeps no tunnel alive that the driver has lost. Any thread. */
final class OpenTunnels implements Tunnels {
  private final Map<TunnelSocket, Boolean> tunnels = new WeakHashMap<>();
  private boolean retired; // both guarded by the map

  /**
   * Adds a tunnel that was just opened.
   *
   * @return false if this set is retired: the caller closes the tunnel then
   */
  boolean add(TunnelSocket tunnel) {
    synchronized (tunnels) {
      if (!retired) {
        tunnels.put(tunnel, true);
      }
      return !retired;
    }
  }

  @Override
  public int count() {
    int open = 0;
    for (TunnelSocket tunnel : known()) {
      open += tunnel.isClosed() ? 0 : 1;
    }
    return open;
  }

  /** Closes the tunnels that are open now. Tunnels can still be added afterwards. */
  @Override
  public int close() {
    int open = 0;
    for (TunnelSocket tunnel : known()) {
      try {
        open += tunnel.isClosed() ? 0 : 1;
        tunnel.close();
      } catch (IOException | RuntimeException e) {
        // it is closed all the same
      }
    }
    return open;
  }

  /**
   * Refuses further tunnels and closes the open ones, so that a connection that is being opened
   * meanwhile does not escape.
   *
   * @return how many were open
   */
  int retire() {
    synchronized (tunnels) {
      retired = true;
    }
    return close();
  }

  /** Refuses further tunnels if none is open now; returns whether they are refused. */
  boolean retireIfEmpty() {
    synchronized (tunnels) {
      retired |= count() == 0;
      return retired;
    }
  }

  boolean isRetired() {
    synchronized (tunnels) {
      return retired;
    }
  }

  private List<TunnelSocket> known() {
    synchronized (tunnels) {
      return new ArrayList<>(tunnels.keySet());
    }
  }
}
