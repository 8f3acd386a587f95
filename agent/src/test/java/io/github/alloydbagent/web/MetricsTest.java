package io.github.alloydbagent.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.status.InstanceStatus;
import io.github.alloydbagent.status.Instances;
import io.github.alloydbagent.status.NoEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsTest {

  /** A sample, as the text format defines it. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\",?)*)\\}"
              + " ([0-9.eE+-]+|NaN|[+-]Inf)");

  private final Instances instances = new Instances();

  MetricsTest() {
    for (int i = 0; i < 2; i++) {
      InstanceStatus status =
          NoEvents.status("projects/p", "aaaa000" + (i + 1), () -> "app@p", () -> 5_000);
      status.refreshed(1_000, 1_700_000_000_123L);
      status.connectFailed("Admin API", "no");
      status.connected("PRIVATE", "10.0.0.1:5433", 7_500_000);
      status.connected("PRIVATE", "10.0.0.1:5433", 60_000_000_000L);
      status.newTraffic().sent(42);
      instances.add(status);
    }
  }

  @Test
  void everyLineIsWellFormedAndOfADeclaredFamily() {
    Set<String> declared = new HashSet<>();
    Set<String> samples = new HashSet<>();
    for (String line : lines()) {
      if (line.startsWith("# TYPE ")) {
        assertThat(declared.add(line.split(" ")[2])).as(line).isTrue();
      } else if (!line.startsWith("# HELP ")) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(samples.add(sample.group(1) + sample.group(2))).as(line).isTrue();
        String family = sample.group(1);
        assertThat(
                declared.contains(family)
                    || declared.contains(family.replaceFirst("_(bucket|sum|count)$", "")))
            .as(line)
            .isTrue();
      }
    }
    assertThat(declared)
        .contains(
            "alloydbconn_dial_latency",
            "alloydbconn_open_connections",
            "alloydbconn_dial_failure_count",
            "alloydbconn_refresh_success_count",
            "alloydbconn_refresh_failure_count",
            "alloydbconn_bytes_sent",
            "alloydbconn_bytes_received");
  }

  @Test
  void histogramBucketsAreCumulative() {
    List<String> latency = new ArrayList<>();
    for (String line : lines()) {
      if (line.startsWith("alloydbconn_dial_latency") && line.contains("identity=\"aaaa0002\"")) {
        latency.add(line.replaceAll(".*le=|[^ ]*\\{[^}]*", ""));
      }
    }
    assertThat(latency)
        .containsExactly(
            "\"5\"} 0",
            "\"25\"} 1",
            "\"100\"} 1",
            "\"250\"} 1",
            "\"500\"} 1",
            "\"1000\"} 1",
            "\"2000\"} 1",
            "\"5000\"} 1",
            "\"30000\"} 1",
            "\"+Inf\"} 2",
            "} 60007.5",
            "} 2");
  }

  @Test
  void containsStagesStatesAndTimes() {
    assertThat(lines())
        .contains(
            "alloydb_agent_connect_failures_total{alloydb_instance=\"projects/p\",identity=\"aaaa0001\",stage=\"Admin"
                + " API\"} 1",
            "alloydb_agent_state{alloydb_instance=\"projects/p\",identity=\"aaaa0001\",state=\"READY\"} 1",
            "alloydb_agent_state{alloydb_instance=\"projects/p\",identity=\"aaaa0001\",state=\"FAILED\"} 0",
            "alloydbconn_bytes_sent{alloydb_instance=\"projects/p\",identity=\"aaaa0002\"} 42");
  }

  @Test
  void keepsTheSeriesOfAnIdentityWhenAnotherIsRemoved() {
    List<String> before = new ArrayList<>(lines());
    before.removeIf(line -> !line.contains("identity=\"aaaa0002\""));
    assertThat(before).isNotEmpty();
    instances.remove(instances.all().iterator().next());
    assertThat(lines()).containsAll(before).noneMatch(line -> line.contains("aaaa0001"));
  }

  @Test
  void namesThePrincipalOfAnIdentity() {
    assertThat(lines())
        .contains(
            "alloydb_agent_identity_info{alloydb_instance=\"projects/p\",identity=\"aaaa0001\","
                + "principal=\"app@p\"} 1");
  }

  private List<String> lines() {
    return List.of(Metrics.of(instances).split("\n"));
  }
}
