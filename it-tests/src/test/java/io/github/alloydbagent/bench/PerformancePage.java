package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** {@code docs/performance.md} and its charts, as one run has measured them. */
final class PerformancePage {
  private static final Path DOCS = Path.of("..", "docs");

  private final BenchPlan plan;
  private final Tables tables;
  private final Charts charts;

  PerformancePage(BenchPlan plan, Tables tables, Charts charts) {
    this.plan = plan;
    this.tables = tables;
    this.charts = charts;
  }

  /** The tables of what was measured. */
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
   * Writes it: in the place of what is there if all was measured, else below {@code target}.
   *
   * @param rounds how many were done
   * @param load of the machine when it began
   * @return where
   */
  Path write(List<Yardstick> yardsticks, int rounds, String load) throws IOException {
    Path directory = plan.isWhole() ? DOCS : Path.of("target", "bench");
    Path images = Files.createDirectories(directory.resolve("performance"));
    Path page = directory.resolve("performance.md");
    Files.writeString(page, text(yardsticks, rounds, load, images));
    return page.toAbsolutePath().normalize();
  }

  private String text(List<Yardstick> yardsticks, int rounds, String load, Path images)
      throws IOException {
    StringBuilder text =
        new StringBuilder(
            """
            # Performance

            Written by `mvn -Pbench verify`, which draws the charts, too. One JDBC client program, `apps.Bench`, in a fresh JVM for each
            figure, against the local AlloyDB of these tests on the same machine: nothing here is the speed of a network or of AlloyDB, all is
            what the way there costs. The ways take turns, round by round, those that no target is about in the
            first round alone; each figure is the median of its JVMs, and in
            brackets its ratio to the first row of the same JDK.

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
    text.append("\n## Targets\n\n").append(tables.targets());
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
