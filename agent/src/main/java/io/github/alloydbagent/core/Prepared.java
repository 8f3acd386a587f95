package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Mapping;
import io.github.alloydbagent.discovery.Discovery;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Connector;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** What connections need, and what takes its time to make. */
final class Prepared {
  private final Targets targets;
  private final Connector connector;
  private final @Nullable Discovery discovery;

  Prepared(Targets targets, Connector connector, @Nullable Discovery discovery) {
    this.targets = targets;
    this.connector = connector;
    this.discovery = discovery;
  }

  Targets targets() {
    return targets;
  }

  /** A tunnel to the mapping's instance; see {@link Connector#connect}. */
  Socket connect(String host, Mapping mapping, Deadline deadline) throws IOException {
    return connector.connect(host, targets.of(mapping), deadline);
  }

  /** Null if no project is to be listed. */
  @Nullable Discovery discovery() {
    return discovery;
  }
}
