package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.status.Tunnels;
import io.github.alloydbagent.tunnel.socket.TunnelSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The open tunnels of one target. Holds them weakly, so that a tunnel that the driver has dropped
 * can be collected. Thread-safe.
 */
final class OpenTunnels implements Tunnels {
  private final Map<TunnelSocket, Boolean> tunnels = new WeakHashMap<>();
  private boolean isRetired; // guarded by tunnels, like tunnels itself

  /**
   * Adds a tunnel that was just opened.
   *
   * @return false if this set is retired; the caller must then close the tunnel
   */
  boolean add(TunnelSocket tunnel) {
    synchronized (tunnels) {
      if (!isRetired) {
        tunnels.put(tunnel, true);
      }
      return !isRetired;
    }
  }

  @Override
  public int count() {
    int open = 0;
    for (TunnelSocket tunnel : snapshot()) {
      open += tunnel.isClosed() ? 0 : 1;
    }
    return open;
  }

  /** Closes the tunnels that are open now; tunnels can still be added afterwards. */
  @Override
  public int closeAll() {
    int open = 0;
    for (TunnelSocket tunnel : snapshot()) {
      try {
        open += tunnel.isClosed() ? 0 : 1;
        tunnel.close();
      } catch (IOException | RuntimeException e) {
        // The tunnel is closed anyway.
      }
    }
    return open;
  }

  /**
   * Refuses further tunnels and closes the open ones, so that a connection that is being opened
   * meanwhile is refused too.
   *
   * @return the number of tunnels that were open
   */
  int retire() {
    synchronized (tunnels) {
      isRetired = true;
    }
    return closeAll();
  }

  /** Refuses further tunnels if none is open now; returns whether further tunnels are refused. */
  boolean retireIfEmpty() {
    synchronized (tunnels) {
      isRetired |= count() == 0;
      return isRetired;
    }
  }

  boolean isRetired() {
    synchronized (tunnels) {
      return isRetired;
    }
  }

  private List<TunnelSocket> snapshot() {
    synchronized (tunnels) {
      return new ArrayList<>(tunnels.keySet());
    }
  }
}
