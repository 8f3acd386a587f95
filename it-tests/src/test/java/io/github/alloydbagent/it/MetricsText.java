package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.walkers.CollectorPrometheusMetricsWalker;
import org.jspecify.annotations.Nullable;

/** Metrics in Prometheus' text format, as programs of others read them. */
final class MetricsText {

  /** The names of the Auth Proxy's, which are no better for being the agent's. */
  private static final String AUTH_PROXYS = "alloydbconn_";

  private final String text;

  MetricsText(String text) {
    this.text = text;
  }

  /** Prometheus' own tool, as the system's packages have it, or null. */
  static @Nullable Path promtool() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      Path tool = Path.of(folder, "promtool");
      if (Files.isExecutable(tool)) {
        return tool;
      }
    }
    return null;
  }

  /** By their names; the parser must have understood each line. */
  Map<String, MetricFamily> families() {
    CollectorPrometheusMetricsWalker walker = new CollectorPrometheusMetricsWalker();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    new TextPrometheusMetricsProcessor(new ByteArrayInputStream(bytes), walker).walk();
    Map<String, MetricFamily> families = new LinkedHashMap<>();
    int lines = 0;
    for (MetricFamily family : walker.getAllMetricFamilies()) {
      assertThat(families.put(family.getName(), family)).as(family.getName()).isNull();
      assertThat(family.getHelp()).as(family.getName()).isNotBlank();
      for (Metric metric : family.getMetrics()) {
        lines += metric instanceof Histogram histogram ? histogram.getBuckets().size() + 2 : 1;
      }
    }
    // it passes over what it does not understand
    assertThat(lines).isEqualTo((int) text.lines().filter(line -> !line.startsWith("#")).count());
    return families;
  }

  /**
   * What Prometheus' own tool complains of, but for names of the Auth Proxy's.
   *
   * @throws AssertionError if it does not understand the text
   */
  List<String> complaints(Path promtool, Path directory) throws IOException, InterruptedException {
    Path input = Files.writeString(directory.resolve("metrics.txt"), text);
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(said).isIn(0, 3); // 3: there are complaints
    List<String> complaints = new ArrayList<>();
    for (String line : said.lines().toList()) {
      if (!line.startsWith(AUTH_PROXYS)) {
        complaints.add(line);
      }
    }
    return complaints;
  }
}
