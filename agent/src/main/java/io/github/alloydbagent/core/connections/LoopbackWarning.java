package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.util.ErrorCode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Warns once of a connection to {@code localhost} where {@code 127.0.0.1} is mapped, or the other
 * way round: most likely both were meant, but they are different hosts.
 */
final class LoopbackWarning {
  private final Log log;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  LoopbackWarning(Log log) {
    this.log = log;
  }

  /** Called for each host that is not mapped. */
  void check(Routes<?> routes, String host, int port) {
    String other = routes.otherLoopback(host, port);
    if (other != null && warned.add(HostPattern.canonical(host))) {
      log.warn(
          ErrorCode.LOOPBACK_NOT_MAPPED,
          "host "
              + host
              + ":"
              + port
              + " is not mapped, but "
              + other
              + " is mapped at that port: the connection has no tunnel. Map "
              + host
              + ", too, or write "
              + other
              + " in the URL.");
    }
  }
}
