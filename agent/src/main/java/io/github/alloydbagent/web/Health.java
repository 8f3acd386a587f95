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
 * What probes ask, as the AlloyDB Auth Proxy answers it: 200, or 503 with the reason.
 *
 * @see <a href="https://github.com/GoogleCloudPlatform/alloydb-auth-proxy#readme">the Auth Proxy's
 *     health checks</a>
 */
final class Health {
  private final Instances instances;
  private final Dialling dialling;

  Health(Instances instances, Dialling dialling) {
    this.instances = instances;
    this.dialling = dialling;
  }

  /** Whether connection info of every instance has been asked for, whatever came of it. */
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

  /** Always: a JVM that answers is alive, and a restart mends no server. */
  Page liveness() {
    return Page.plain(200, "alive");
  }

  /**
   * Whether connections can be made: connection info is valid, or will be fetched when somebody
   * connects.
   *
   * @param query {@code check=dial}: whether they are made, too; {@code min-ready=N}: so many
   *     instances are enough
   */
  Page readiness(Map<String, String> query) {
    return readiness(query, () -> false);
  }

  /**
   * As {@link #readiness(Map)}.
   *
   * @param isOver whether nobody waits for the answer any more, and no further instance is dialed
   */
  Page readiness(Map<String, String> query, BooleanSupplier isOver) {
    String check = query.get("check");
    if (check != null && !check.equals("dial")) {
      return Page.plain(400, "check=" + check + " is unknown: check=dial is what there is");
    }
    int all = 0;
    int ready = 0;
    StringBuilder troubles = new StringBuilder();
    for (InstanceStatus status : instances.all()) {
      all++;
      String trouble =
          check == null ? trouble(status) : isOver.getAsBoolean() ? "not dialed" : dialled(status);
      if (trouble.isEmpty()) {
        ready++;
      } else {
        troubles.append('\n').append(status.instance()).append(": ").append(trouble);
      }
    }
    int least = all;
    String asked = query.get("min-ready");
    if (asked != null) {
      if (!asked.matches("[0-9]{1,6}")) {
        return Page.plain(400, "min-ready=" + asked + " is no number");
      }
      least = Math.min(all, Integer.parseInt(asked));
    }
    return ready >= least
        ? Page.plain(200, "ready: " + ready + " of " + all)
        : Page.plain(503, "not ready: " + (all - ready) + " of " + all + troubles);
  }

  private static String trouble(InstanceStatus status) {
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

  private String dialled(InstanceStatus status) {
    try {
      dialling.dial(status);
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
