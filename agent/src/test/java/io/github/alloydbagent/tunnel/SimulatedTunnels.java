package io.github.alloydbagent.tunnel;

import io.github.alloydbagent.config.setting.IpType;
import io.github.alloydbagent.refresh.ConnectionInfo;
import io.github.alloydbagent.time.VirtualTime;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Warm tunnels of the targets in a simulation, without sockets. */
public final class SimulatedTunnels {

  /** How long a server keeps a connection on which nobody logs in. */
  private static final long AUTHENTICATION_TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final VirtualTime time;
  private final Server server;
  private final List<Spare> open = new ArrayList<>();
  private final Map<WarmTunnels, Long> lastUseNanos = new HashMap<>();

  /** The instances. */
  public interface Server {
    /** Returns why an instance rejects a tunnel, or null if it accepts the tunnel. */
    @Nullable String refusal(Target target, ConnectionInfo info, String token);
  }

  public SimulatedTunnels(VirtualTime time, Server server) {
    this.time = time;
    this.server = server;
  }

  /**
   * Takes a warm tunnel of the target, if there is one. Its connection ends immediately.
   *
   * @throws AssertionError if the tunnel is not as good as a new one
   */
  public boolean take(Target target, ConnectionInfo info, String token) {
    WarmTunnels warm = target.warmTunnels();
    DialInputs inputs = new DialInputs(info, token);
    Spare spare = warm == null ? null : (Spare) warm.take(inputs);
    if (spare == null) {
      return false;
    }
    if (!open.remove(spare)) {
      throw new AssertionError("a connection got a closed warm tunnel");
    }
    if (spare.target != target || !spare.inputs.matches(inputs)) {
      throw new AssertionError("a connection got a warm tunnel with outdated inputs");
    }
    // the end of a tunnel may be noticed late
    if (!spare.isOpenOnServer()
        && time.nanoTime() - spare.lastCheckNanos > WarmTunnels.ALIVE_AFTER_CHECK_NANOS) {
      throw new AssertionError("a connection got a warm tunnel that the server had closed");
    }
    return spare.isOpenOnServer();
  }

  /** Called when a connection to the target has been opened. */
  public void used(Target target) {
    WarmTunnels warm = target.warmTunnels();
    if (warm != null) {
      lastUseNanos.put(warm, time.nanoTime());
      warm.connectionOpened(new Source(target));
    }
  }

  /** Returns the number of warm tunnels that are open. */
  public int openCount() {
    return open.size();
  }

  /** Returns the number of open warm tunnels of a target. */
  public long openCount(Target target) {
    return open.stream().filter(spare -> spare.target == target).count();
  }

  /** Returns whether a connection to the target would find a warm tunnel now. */
  public boolean isWarm(Target target) {
    return open.stream()
        .anyMatch(
            spare ->
                spare.target == target
                    && spare.isOpenOnServer()
                    && spare.ageNanos() < WarmTunnels.MAX_AGE_NANOS);
  }

  /** Returns the number of targets that may have a periodic check scheduled. */
  public long inUse() {
    long longest =
        WarmTunnels.IDLE_TIMEOUT_NANOS
            + TimeUnit.MILLISECONDS.toNanos(WarmTunnels.CHECK_INTERVAL_MILLIS);
    lastUseNanos.values().removeIf(nanos -> time.nanoTime() - nanos > longest);
    return lastUseNanos.size();
  }

  private final class Source implements WarmTunnels.Source {
    private final Target target;

    Source(Target target) {
      this.target = target;
    }

    @Override
    public @Nullable DialInputs inputs() {
      return target.availableInputs();
    }

    @Override
    public ReadyTunnel dial(DialInputs inputs) throws ConnectException {
      String refusal = server.refusal(target, inputs.info(), inputs.token());
      if (refusal != null) {
        throw new ConnectException(refusal);
      }
      Spare spare = new Spare(target, inputs);
      open.add(spare);
      return spare;
    }
  }

  private final class Spare extends ReadyTunnel {
    private final Target target;
    private final DialInputs inputs;
    private final long startNanos = time.nanoTime();
    private long lastCheckNanos = startNanos;

    @SuppressWarnings("NullAway") // nothing reaches the sockets
    Spare(Target target, DialInputs inputs) {
      super(null, null, inputs, IpType.PRIVATE, "10.0.0.1:5433");
      this.target = target;
      this.inputs = inputs;
    }

    long ageNanos() {
      return time.nanoTime() - startNanos;
    }

    boolean isOpenOnServer() {
      return ageNanos() < AUTHENTICATION_TIMEOUT_NANOS
          && server.refusal(target, inputs.info(), inputs.token()) == null;
    }

    @Override
    boolean isAlive() {
      lastCheckNanos = time.nanoTime();
      return isOpenOnServer();
    }

    @Override
    boolean hasNoUnreadData() {
      return true;
    }

    @Override
    void close() {
      open.remove(this);
    }

    @Override
    void abort() {
      open.remove(this);
    }
  }
}
