package io.github.alloydbagent.web;

import io.github.alloydbagent.status.Failure;
import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.util.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Formats the status of instances as JSON. Members have the names of the JMX attributes; times are
 * in milliseconds.
 */
public final class StatusJson {

  private StatusJson() {}

  /**
   * Returns the status as one line.
   *
   * @param version the version of the agent
   */
  public static String of(Instances instances, String version, long nowMillis) {
    List<String> all = new ArrayList<>();
    for (InstanceStatus status : instances.all()) {
      all.add(instance(status));
    }
    return new JsonText()
            .add("version", version)
            .add("time", nowMillis)
            .addJson("instances", list(all))
        + "\n";
  }

  /**
   * Like {@link #of} without instances, with one more member that contains the reason.
   *
   * @param why the name of that member
   */
  public static String withoutInstances(
      String version, long nowMillis, String why, String message) {
    return new JsonText()
            .add("version", version)
            .add("time", nowMillis)
            .add(why, message)
            .addJson("instances", "[]")
        + "\n";
  }

  private static String instance(InstanceStatus status) {
    JsonText stages = new JsonText();
    for (Map.Entry<String, Long> stage : status.connectFailuresByStage().entrySet()) {
      stages.add(stage.getKey(), stage.getValue());
    }
    List<String> errors = new ArrayList<>();
    for (Failure failure : status.failures()) {
      errors.add(
          new JsonText()
              .add("time", failure.millis())
              .add("firstTime", failure.firstMillis())
              .add("times", failure.times())
              .add("message", failure.message())
              .toString());
    }
    return new JsonText()
        .add("instance", status.instance())
        .add("hosts", status.hosts())
        .add("state", status.state().name())
        .add("address", status.address())
        .add("ipType", status.ipType())
        .add("principal", status.principal())
        .add("identity", status.identity())
        .add("certificateStart", status.certificateStart())
        .add("certificateEnd", status.certificateEnd())
        .add("lastRefresh", status.lastRefresh())
        .add("nextRefresh", status.nextRefresh())
        .add("refreshes", status.refreshes())
        .add("refreshFailures", status.refreshFailures())
        .add("connects", status.connects())
        .add("connectFailures", status.connectFailures())
        .addJson("connectFailuresByStage", stages.toString())
        .add("openTunnels", status.openTunnels())
        .add("bytesReceived", status.bytesReceived())
        .add("bytesSent", status.bytesSent())
        .add("connectMillisMedian", status.latencies().percentile(0.5))
        .add("connectMillis95", status.latencies().percentile(0.95))
        .add("connectMillis99", status.latencies().percentile(0.99))
        .addJson("errors", list(errors))
        .toString();
  }

  private static String list(List<String> values) {
    return "[" + String.join(",", values) + "]";
  }
}
