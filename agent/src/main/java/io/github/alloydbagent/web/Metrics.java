package io.github.alloydbagent.web;

import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.Latencies;
import io.github.alloydbagent.status.State;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Formats the metrics in Prometheus' text format. Metrics that the Auth Proxy exports as well have
 * its names and units.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
final class Metrics {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /**
   * Upper bounds of the Auth Proxy's buckets, in milliseconds, without its first bucket of 0, which
   * is always empty.
   */
  private static final long[] BUCKET_ENDS_MILLIS = {5, 25, 100, 250, 500, 1000, 2000, 5000, 30_000};

  private final Map<InstanceStatus, String> labels = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();

  private Metrics(Instances instances) {
    for (InstanceStatus status : instances.all()) {
      labels.put(
          status,
          "alloydb_instance=\""
              + escaped(status.instance())
              + "\",identity=\""
              + escaped(status.identity())
              + "\"");
    }
  }

  static String of(Instances instances) {
    Metrics metrics = new Metrics(instances);
    metrics.write();
    return metrics.text.toString();
  }

  private void write() {
    latencies();
    each("alloydbconn_open_connections", "gauge", "Open tunnels.", s -> s.openTunnels());
    each(
        "alloydbconn_dial_failure_count",
        "counter",
        "Failed connection attempts.",
        s -> s.connectFailures());
    each(
        "alloydbconn_refresh_success_count",
        "counter",
        "Successful refreshes of connection info.",
        s -> s.refreshes());
    each(
        "alloydbconn_refresh_failure_count",
        "counter",
        "Failed refreshes of connection info.",
        s -> s.refreshFailures());
    each("alloydbconn_bytes_sent", "counter", "Bytes sent by drivers.", s -> s.bytesSent());
    each(
        "alloydbconn_bytes_received",
        "counter",
        "Bytes received by drivers.",
        s -> s.bytesReceived());
    stages();
    states();
    identities();
    each(
        "alloydb_agent_certificate_end_timestamp_seconds",
        "gauge",
        "Expiry of the client certificate; 0 if there is none yet.",
        s -> s.certificateEnd() / 1000.0);
    each(
        "alloydb_agent_next_refresh_timestamp_seconds",
        "gauge",
        "Time of the next refresh of connection info; 0 if refreshes are on demand.",
        s -> s.nextRefresh() / 1000.0);
  }

  private void latencies() {
    String name = "alloydbconn_dial_latency";
    head(name, "histogram", "Latency of successful connection attempts, in milliseconds.");
    labels.forEach(
        (status, label) -> {
          Latencies latencies = status.latencies();
          for (long end : BUCKET_ENDS_MILLIS) {
            line(name + "_bucket", label + ",le=\"" + end + "\"", latencies.countUpTo(end));
          }
          long count = latencies.count();
          line(name + "_bucket", label + ",le=\"+Inf\"", count);
          line(name + "_sum", label, latencies.sumMillis());
          line(name + "_count", label, count);
        });
  }

  private void stages() {
    String name = "alloydb_agent_connect_failures_total";
    head(name, "counter", "Failed connection attempts, by the stage at which they failed.");
    labels.forEach(
        (status, label) ->
            status
                .connectFailuresByStage()
                .forEach(
                    (stage, count) ->
                        line(name, label + ",stage=\"" + escaped(stage) + "\"", count)));
  }

  private void states() {
    String name = "alloydb_agent_state";
    head(name, "gauge", "1 for the current state of the instance, 0 for the others.");
    labels.forEach(
        (status, label) -> {
          State now = status.state();
          for (State state : State.values()) {
            line(name, label + ",state=\"" + state + "\"", state == now ? 1 : 0);
          }
        });
  }

  /** Writes a separate series, since the principal is unknown at first and may change. */
  private void identities() {
    String name = "alloydb_agent_identity_info";
    head(name, "gauge", "Always 1; maps an identity to its principal.");
    labels.forEach(
        (status, label) ->
            line(name, label + ",principal=\"" + escaped(status.principal()) + "\"", 1));
  }

  private void each(String name, String type, String help, ToDoubleFunction<InstanceStatus> value) {
    head(name, type, help);
    labels.forEach((status, label) -> line(name, label, value.applyAsDouble(status)));
  }

  private void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void line(String name, String label, double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    line(name, label, whole ? String.valueOf((long) value) : String.valueOf(value));
  }

  private void line(String name, String label, long value) {
    line(name, label, String.valueOf(value));
  }

  private void line(String name, String label, String value) {
    text.append(name).append('{').append(label).append("} ").append(value).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
