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

/** Parses metrics in Prometheus' text format with third-party parsers. */
final class MetricsText {

  /**
   * The prefix of the Auth Proxy's metric names, which are kept although promtool complains about
   * them.
   */
  private static final String AUTH_PROXYS = "alloydbconn_";

  private final String text;

  MetricsText(String text) {
    this.text = text;
  }

  /** Returns the {@code promtool} of the system's packages, or null. */
  static @Nullable Path promtool() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
      Path tool = Path.of(folder, "promtool");
      if (Files.isExecutable(tool)) {
        return tool;
      }
    }
    return null;
  }

  /** Returns the metric families by name; fails unless the parser understood every line. */
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
    // the parser skips lines that it does not understand
    assertThat(lines).isEqualTo((int) text.lines().filter(line -> !line.startsWith("#")).count());
    return families;
  }

  /**
   * Returns promtool's complaints, except those about the Auth Proxy's names.
   *
   * @throws AssertionError if promtool cannot parse the text
   */
  List<String> complaints(Path promtool, Path directory) throws IOException, InterruptedException {
    Path input = Files.writeString(directory.resolve("metrics.txt"), text);
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isIn(0, 3); // exit code 3 means complaints
    List<String> complaints = new ArrayList<>();
    for (String line : output.lines().toList()) {
      if (!line.startsWith(AUTH_PROXYS)) {
        complaints.add(line);
      }
    }
    return complaints;
  }
}
