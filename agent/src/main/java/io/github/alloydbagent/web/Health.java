package io.github.alloydbagent.web;

import io.github.alloydbagent.status.Failure;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.State;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Answers health checks like the AlloyDB Auth Proxy: with 200, or with 503 and the reason.
 *
 * @see <a href="https://github.com/GoogleCloudPlatform/alloydb-auth-proxy#readme">the Auth Proxy's
 *     health checks</a>
 */
final class Health {
  private final Instances instances;
  private final InstanceDialer dialer;

  Health(Instances instances, InstanceDialer dialer) {
    this.instances = instances;
    this.dialer = dialer;
  }

  /**
   * Returns 200 after the first fetch of connection info has succeeded or failed for every
   * instance.
   */
  Page startup() {
    StringBuilder waiting = new StringBuilder();
    for (InstanceStatus status : instances.all()) {
      if (status.state() == State.STARTING) {
        waiting.append('\n').append(status.instance()).append(": connection info is being fetched");
      }
    }
    return waiting.length() == 0
        ? Page.plain(200, "started")
        : Page.plain(503, "starting" + waiting);
  }

  /** Always returns 200: a JVM that responds is alive, and restarting it would not fix a server. */
  Page liveness() {
    return Page.plain(200, "alive");
  }

  /**
   * Returns 200 if connections can be opened: connection info is valid, or will be fetched on the
   * first connection.
   *
   * @param query {@code check=dial} also dials each instance; {@code min-ready=N} requires only N
   *     ready instances
   */
  Page readiness(Map<String, String> query) {
    return readiness(query, () -> false);
  }

  /**
   * Like {@link #readiness(Map)}.
   *
   * @param isOver returns true when the client no longer waits for the response, after which no
   *     further instance is dialed
   */
  Page readiness(Map<String, String> query, BooleanSupplier isOver) {
    String check = query.get("check");
    if (check != null && !check.equals("dial")) {
      return Page.plain(400, "check=" + check + " is unknown; the only check is check=dial");
    }
    int all = 0;
    int ready = 0;
    StringBuilder reasons = new StringBuilder();
    for (InstanceStatus status : instances.all()) {
      all++;
      String notReadyReason =
          check == null
              ? notReadyReason(status)
              : isOver.getAsBoolean() ? "not dialed" : dialFailure(status);
      if (notReadyReason.isEmpty()) {
        ready++;
      } else {
        reasons.append('\n').append(status.instance()).append(": ").append(notReadyReason);
      }
    }
    int least = all;
    String asked = query.get("min-ready");
    if (asked != null) {
      if (!asked.matches("[0-9]{1,6}")) {
        return Page.plain(400, "min-ready=" + asked + " is not a number");
      }
      least = Math.min(all, Integer.parseInt(asked));
    }
    return ready >= least
        ? Page.plain(200, "ready: " + ready + " of " + all)
        : Page.plain(503, "not ready: " + (all - ready) + " of " + all + reasons);
  }

  private static String notReadyReason(InstanceStatus status) {
    switch (status.state()) {
      case STARTING:
        return "connection info is being fetched";
      case FAILED:
        List<Failure> failures = status.failures();
        return failures.isEmpty() ? "no connection info" : failures.get(0).message();
      default:
        return "";
    }
  }

  private String dialFailure(InstanceStatus status) {
    try {
      dialer.dial(status);
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
