package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.util.Coded;
import io.github.alloydbagent.util.ErrorCode;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The components that connections need and that take time to create. */
public final class AgentRuntime {
  private final Targets targets;
  private final TunnelOpener opener;
  private final @Nullable HostLookup discovery;

  public AgentRuntime(Targets targets, TunnelOpener opener, @Nullable HostLookup discovery) {
    this.targets = targets;
    this.opener = opener;
    this.discovery = discovery;
  }

  public Targets targets() {
    return targets;
  }

  /** Opens a tunnel to the target; see {@link TunnelOpener#connect}. */
  Socket connect(String host, Target target, Deadline deadline) throws IOException {
    return opener.connect(host, target, deadline);
  }

  /** Returns the lookup of discovered instances; null if discovery is off. */
  @Nullable HostLookup discovery() {
    return discovery;
  }

  /** Returns the code of a failure to start. */
  public static ErrorCode startupCode(Throwable e) {
    return ErrorCode.of(e, ErrorCode.RUNTIME_NOT_STARTED);
  }

  /**
   * The message of a startup failure; messages of the agent's own exceptions do not need the class
   * name.
   */
  public static String startupFailure(@Nullable Throwable e) {
    return e instanceof Coded ? String.valueOf(e.getMessage()) : String.valueOf(e);
  }
}
