package io.github.alloydbagent.core;

import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Target;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** What connections need, and what takes its time to make. */
final class Prepared {
  private final Targets targets;
  private final TunnelOpener opener;
  private final @Nullable HostLookup discovery;

  Prepared(Targets targets, TunnelOpener opener, @Nullable HostLookup discovery) {
    this.targets = targets;
    this.opener = opener;
    this.discovery = discovery;
  }

  Targets targets() {
    return targets;
  }

  /** A tunnel to the target; see {@link TunnelOpener#connect}. */
  Socket connect(String host, Target target, Deadline deadline) throws IOException {
    return opener.connect(host, target, deadline);
  }

  /** Null if no project is to be listed. */
  @Nullable HostLookup discovery() {
    return discovery;
  }
}
