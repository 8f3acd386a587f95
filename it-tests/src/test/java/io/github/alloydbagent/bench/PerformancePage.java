package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes {@code docs/performance.md} and its charts from one run's measurements. */
final class PerformancePage {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path TARGETS_PAGE = Path.of("..", "CONTRIBUTING.md");
  private static final String TARGETS = "<!-- targets: written by `mvn -Pbench verify` -->\n";
  private static final String END_OF_TARGETS = "<!-- end of targets -->";

  private final BenchPlan plan;
  private final Tables tables;
  private final Charts charts;

  PerformancePage(BenchPlan plan, Tables tables, Charts charts) {
    this.plan = plan;
    this.tables = tables;
    this.charts = charts;
  }

  /** Returns the tables of the measurements. */
  String tables() {
    StringBuilder text = new StringBuilder();
    for (Section section : measured()) {
      text.append("\n## ").append(section.workload().word()).append("\n\n");
      text.append(tables.of(section));
    }
    return text.append("\n## targets\n\n").append(tables.targets()).toString();
  }

  private List<Section> measured() {
    return Section.ALL.stream().filter(section -> plan.has(section.workload())).toList();
  }

  /**
   * Writes the page to {@code docs}, and the targets to {@code CONTRIBUTING.md}, if everything was
   * measured; otherwise below {@code target}.
   *
   * @param rounds the number of rounds
   * @param load the load of the machine at the start
   * @return the path of the page
   */
  Path write(List<Yardstick> yardsticks, int rounds, String load) throws IOException {
    Path directory = plan.isWhole() ? DOCS : Path.of("target", "bench");
    Path images = Files.createDirectories(directory.resolve("performance"));
    Path page = directory.resolve("performance.md");
    Files.writeString(page, text(yardsticks, rounds, load, images));
    if (plan.isWhole()) {
      String contributing = Files.readString(TARGETS_PAGE);
      Files.writeString(TARGETS_PAGE, withTargets(contributing, tables.targets()));
    }
    return page.toAbsolutePath().normalize();
  }

  /** Replaces the table of targets in the page. */
  static String withTargets(String page, String table) throws IOException {
    int begin = page.indexOf(TARGETS) + TARGETS.length();
    int end = page.indexOf(END_OF_TARGETS);
    if (begin < TARGETS.length() || end < begin) {
      throw new IOException(TARGETS_PAGE + " has no place for the table of targets");
    }
    return page.substring(0, begin) + table + page.substring(end);
  }

  private String text(List<Yardstick> yardsticks, int rounds, String load, Path images)
      throws IOException {
    Jdk newest = plan.jdks().stream().max(Comparator.comparingInt(Jdk::version)).orElseThrow();
    StringBuilder text = new StringBuilder("# Performance\n\nMedians on ");
    text.append(newest).append(":\n\n").append(tables.summary(newest));
    text.append(
        """

        All figures come from the machine described below, with the client, the simulator of AlloyDB's connection path and
        PostgreSQL on it. They show what each way to the database costs; they say nothing about the speed of a network or of
        AlloyDB itself. The figures of the sidecar do not include the proxy process itself.

        ## Method

        `mvn -Pbench verify` writes this page and draws the charts. One JDBC client program, `apps.Bench`, runs in a fresh JVM
        for each figure. The ways take turns, round by round; ways without a target in CONTRIBUTING.md run in the first round
        only. Each figure is the median of its JVMs. The number in parentheses is its ratio to the first row of the same JDK.

        """);
    text.append("- Machine: ").append(Machine.describe()).append("; load average ");
    text.append(load).append(" when it began\n- Date: ");
    text.append(LocalDate.now(ZoneOffset.UTC)).append("; rounds: ").append(rounds);
    text.append("; every JVM with `").append(String.join(" ", Yardstick.FLAGS)).append("`\n");
    List<String> versions = new ArrayList<>();
    for (Jdk jdk : plan.jdks()) {
      versions.add(jdk.version() + " is " + Machine.version(jdk));
    }
    text.append("- JDKs: ").append(String.join("; ", versions)).append("\n\n");
    text.append("| way | what it is |\n|---|---|\n");
    for (Yardstick each : yardsticks) {
      text.append("| ").append(each.name()).append(" | ").append(each.what()).append(" |\n");
    }
    if (yardsticks.stream().noneMatch(each -> each.name().equals(Ground.SIDECAR))) {
      text.append("\nThis machine has no stunnel, so there is no sidecar among them.\n");
    }
    for (Section section : measured()) {
      text.append("\n## ").append(section.workload().word()).append("\n\n");
      text.append(section.text()).append("\n\n").append(tables.of(section));
      for (Section.Chart chart : section.charts()) {
        if (charts.draw(chart, images)) {
          text.append("\n![").append(chart.title()).append("](performance/");
          text.append(chart.file()).append(".svg)\n");
        }
      }
    }
    return text.toString();
  }
}
