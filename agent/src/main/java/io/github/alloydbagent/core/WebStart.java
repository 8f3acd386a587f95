package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.core.connections.Targets;
import io.github.alloydbagent.core.threads.AgentThreads;
import io.github.alloydbagent.core.threads.DaemonThreadFactory;
import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.tunnel.Connector;
import io.github.alloydbagent.tunnel.Target;
import io.github.alloydbagent.util.ErrorCode;
import io.github.alloydbagent.web.InstanceDialer;
import io.github.alloydbagent.web.WebServer;
import java.io.IOException;

/** Opens the HTTP port; a separate class, so that a JVM without this port does not load it. */
final class WebStart implements InstanceDialer {
  private final Targets targets;
  private final Connector connector;

  private WebStart(Targets targets, Connector connector) {
    this.targets = targets;
    this.connector = connector;
  }

  /** If the port cannot be opened, logs a warning and continues without it. */
  @SuppressWarnings("resource") // lives as long as the JVM
  static void start(
      Settings settings,
      int port,
      Targets targets,
      Connector connector,
      AgentThreads threads,
      String version,
      Log log) {
    String address = settings.httpAddress();
    try {
      WebServer server =
          WebServer.start(
              address,
              port,
              targets.instances(),
              new WebStart(targets, connector),
              version,
              new DaemonThreadFactory("http", log),
              threads.timer(),
              log);
      log.debug("HTTP: listening on " + address + ", port " + server.port());
    } catch (IOException | RuntimeException e) {
      log.warn(
          ErrorCode.HTTP_PORT_FAILED,
          "http-port "
              + port
              + " on "
              + address
              + " could not be opened ("
              + e.getMessage()
              + "): health checks and metrics are unavailable. Set another port, or http-address.");
    }
  }

  @Override
  public void dial(InstanceStatus status) throws IOException {
    Target target = targets.findByStatus(status);
    if (target == null) {
      throw new IOException("no host is mapped to it");
    }
    connector
        .connect("(health check)", target, Deadline.inMillis(target.connectTimeoutMillis()))
        .close();
  }
}
