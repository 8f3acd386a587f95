package io.github.alloydbagent.core.connections;

import io.github.alloydbagent.log.Log;
import io.github.alloydbagent.route.HostPattern;
import io.github.alloydbagent.route.Routes;
import io.github.alloydbagent.util.ErrorCode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Warns once about a connection to {@code localhost} if only {@code 127.0.0.1} is mapped, or vice
 * versa: users probably mean both, but they are different hosts.
 */
final class LoopbackWarning {
  private final Log log;
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  LoopbackWarning(Log log) {
    this.log = log;
  }

  /** Checks a host that is not mapped. */
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
