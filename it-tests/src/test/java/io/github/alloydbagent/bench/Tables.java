package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Formats the figures as Markdown tables, without those that were not measured. */
final class Tables {
  private static final List<Section.Column> SUMMARY =
      List.of(
          new Section.Column("first.row", "JVM start to first row, ms"),
          new Section.Column("connect.p50", "connect, p50, ms"),
          new Section.Column("storm.rate", "connections per second on 16 threads"),
          new Section.Column("ping.micros.p50", "`SELECT 1`, p50, µs"),
          new Section.Column("bulk.read.rate", "COPY read, MB/s"),
          new Section.Column("hold.rss", "resident with 200 connections, MB"));

  /** The ways to the database and their titles, in the order of the table. */
  private static final Map<String, String> SUMMARY_ROWS = new LinkedHashMap<>();

  static {
    SUMMARY_ROWS.put(Ground.PLAIN, "plain: no TLS");
    SUMMARY_ROWS.put(Ground.NATIVE, "native TLS: the driver's own, to PostgreSQL");
    SUMMARY_ROWS.put(Ground.AGENT, "**agent**");
    SUMMARY_ROWS.put(Ground.OFFICIAL, "official: Google's Java connector");
    SUMMARY_ROWS.put(Ground.SIDECAR, "sidecar: a TLS proxy, a lower bound for the Auth Proxy");
  }

  private final BenchPlan plan;
  private final Figures figures;
  private final List<String> subjects;

  /**
   * @param subjects the subjects of the comparison, in the order of the tables
   */
  Tables(BenchPlan plan, Figures figures, List<String> subjects) {
    this.plan = plan;
    this.figures = figures;
    this.subjects = subjects;
  }

  /**
   * Returns a row for each JDK and subject: the figures and, after those of a base, the ratios to
   * them.
   */
  String of(Section section) {
    StringBuilder table = new StringBuilder("| JDK | |");
    section.columns().forEach(column -> table.append(' ').append(column.title()).append(" |"));
    table.append("\n|---:|---|").append("---:|".repeat(section.columns().size())).append('\n');
    for (Jdk jdk : plan.jdks()) {
      for (String subject : subjects) {
        List<String> cells =
            section.columns().stream()
                .map(column -> cell(section, jdk.version(), subject, column.figure()))
                .toList();
        if (cells.stream().anyMatch(cell -> !cell.isEmpty())) {
          table.append("| ").append(jdk.version()).append(" | ").append(subject).append(" | ");
          table.append(String.join(" | ", cells)).append(" |\n");
        }
      }
    }
    return table.toString();
  }

  private String cell(Section section, int jdk, String subject, String figure) {
    OptionalDouble value = value(jdk, subject, figure);
    if (value.isEmpty()) {
      return "";
    }
    OptionalDouble base = value(jdk, section.base(), figure);
    boolean isRatio = base.isPresent() && !subject.equals(section.base());
    return number(value.getAsDouble())
        + (isRatio && base.getAsDouble() > 0
            ? " (" + number(value.getAsDouble() / base.getAsDouble()) + ")"
            : "");
  }

  private OptionalDouble value(int jdk, String subject, String figure) {
    return Section.isMean(figure)
        ? figures.mean(jdk, subject, figure)
        : figures.median(jdk, subject, figure);
  }

  /** Returns the figures that matter most for choosing a way to the database, on one JDK. */
  String summary(Jdk jdk) {
    StringBuilder table = new StringBuilder("| |");
    SUMMARY.forEach(column -> table.append(' ').append(column.title()).append(" |"));
    table.append("\n|---|").append("---:|".repeat(SUMMARY.size())).append('\n');
    SUMMARY_ROWS.forEach(
        (subject, title) -> {
          if (subjects.contains(subject)) {
            table.append("| ").append(title).append(" |");
            for (Section.Column column : SUMMARY) {
              OptionalDouble value = value(jdk.version(), subject, column.figure());
              table.append(' ');
              table.append(value.isPresent() ? number(value.getAsDouble()) + " |" : "|");
            }
            table.append('\n');
          }
        });
    return table.toString();
  }

  /** Returns each measured target, its figure on each JDK, and whether it is met. */
  String targets() {
    StringBuilder table = new StringBuilder("| workload | target | limit |");
    plan.jdks().forEach(jdk -> table.append(' ').append(jdk).append(" |"));
    table.append("\n|---|---|---:|").append("---|".repeat(plan.jdks().size())).append('\n');
    for (PerformanceTarget target : PerformanceTarget.ALL) {
      if (plan.has(target.workload())) {
        table.append("| ").append(target.workload().word()).append(" | ").append(target.text());
        table.append(" | ").append(target.atLeast() ? "≥ " : "≤ ");
        table.append(limit(target.limit())).append(unit(target)).append(" | ");
        table.append(
            plan.jdks().stream()
                .map(jdk -> verdict(target, jdk.version()))
                .collect(Collectors.joining(" | ")));
        table.append(" |\n");
      }
    }
    return table.toString();
  }

  private String verdict(PerformanceTarget target, int jdk) {
    OptionalDouble figure = target.measure().of(figures, jdk);
    if (figure.isEmpty()) {
      return "not measured";
    }
    double value = figure.getAsDouble();
    return number(value) + unit(target) + (target.isMetBy(value) ? ", met" : ", **not met**");
  }

  private static String unit(PerformanceTarget target) {
    return target.unit().isEmpty() ? "" : " " + target.unit();
  }

  private static String limit(double limit) {
    return limit == Math.rint(limit) ? String.valueOf((long) limit) : String.valueOf(limit);
  }

  /** Formats a number with three significant digits, or all digits before the decimal point. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT,
        size >= 99.95 || value == Math.rint(value) ? "%.0f" : size >= 9.995 ? "%.1f" : "%.2f",
        value);
  }
}
