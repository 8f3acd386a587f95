package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import io.github.alloydbagent.jvm.Jdk;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class TablesTest {
  private final BenchPlan plan =
      new BenchPlan(
          List.of(new Jdk(8, Path.of("none")), new Jdk(17, Path.of("none"))),
          1,
          true,
          Set.of(Workload.STORM));
  private final Figures figures = new Figures();
  private final List<String> subjects = List.of(Ground.PLAIN, Ground.OFFICIAL, Ground.AGENT);
  private final Tables tables = new Tables(plan, figures, subjects);

  private static Section section() {
    return Section.ALL.stream()
        .filter(each -> each.workload() == Workload.STORM)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tableHasMediansAndRatiosToTheBase() {
    figures.addPrinted(8, Ground.PLAIN, "figure storm.rate 200\nno figure\nfigure storm.cpu 2.5\n");
    for (double value : new double[] {10, 1000, 60, 40}) {
      figures.add(8, Ground.AGENT, "storm.rate", value);
    }
    assertThat(tables.of(section()))
        .isEqualTo(
            """
            | JDK | | per second | p99, ms | CPU per connection, ms |
            |---:|---|---:|---:|---:|
            | 8 | plain | 200 |  | 2.50 |
            | 8 | agent | 50 (0.25) |  |  |
            """);
  }

  @Test
  void summaryHasARowForEachComparedWay() {
    figures.add(17, Ground.PLAIN, "first.row", 374);
    figures.add(17, Ground.AGENT, "storm.rate", 113);
    assertThat(tables.summary(plan.jdks().get(1)).lines().skip(2))
        .containsExactly(
            "| plain: no TLS | 374 | | | | | |",
            "| **agent** | | | 113 | | | |",
            "| official: Google's Java connector | | | | | | |");
  }

  @Test
  void contributorsPageHasATableOfTargets() throws Exception {
    String page = Files.readString(Path.of("..", "CONTRIBUTING.md"));
    assertThat(PerformancePage.withTargets(page, "| new |\n"))
        .contains("verify` -->\n| new |\n<!-- end of targets -->")
        .doesNotContain("met |");
  }

  @Test
  void reportsWhetherEachTargetIsMet() {
    figures.add(8, Ground.AGENT, "storm.rate", 30);
    figures.add(8, Ground.OFFICIAL, "storm.rate", 20);
    figures.add(17, Ground.AGENT, "storm.rate", 29);
    figures.add(17, Ground.OFFICIAL, "storm.rate", 20);
    assertThat(tables.targets())
        .isEqualTo(
            """
            | workload | target | limit | JDK 8 | JDK 17 |
            |---|---|---:|---|---|
            | storm | connections per second, relative to the official connector's | ≥ 1.5 | 1.50, met | 1.45, **not met** |
            """);
  }

  @Test
  void figuresThatWereNotMeasuredMeetNoTarget() {
    assertThat(tables.targets()).contains("| ≥ 1.5 | not measured | not measured |");
    assertThat(tables.of(section())).hasLineCount(2);
  }

  @Test
  void comparesTheAgentsOverheadWithTheOfficialConnectors() {
    figures.add(8, Ground.PLAIN, "first.row", 500);
    figures.add(8, Ground.AGENT, "first.row", 900);
    figures.add(8, Ground.OFFICIAL, "first.row", 2500);
    PerformanceTarget target =
        PerformanceTarget.ALL.stream()
            .filter(each -> each.workload() == Workload.FIRST)
            .findFirst()
            .orElseThrow();
    assertThat(target.measure().of(figures, 8)).hasValue(0.2);
    assertThat(target.isMetBy(0.2)).isTrue();
    assertThat(target.isMetBy(0.26)).isFalse();
  }

  @Test
  void chartsAreDeterministicAndHaveAllBars(@TempDir Path directory) throws Exception {
    for (String subject : subjects) {
      figures.add(8, subject, "storm.rate", subject.length());
      figures.add(17, subject, "storm.rate", 4);
    }
    Charts charts = new Charts(plan, figures, subjects);
    Section.Chart wanted = section().charts().get(0);
    assertThat(charts.draw(wanted, directory)).isTrue();
    String first = Files.readString(directory.resolve("storm.svg"));
    assertThat(charts.draw(wanted, directory)).isTrue();
    assertThat(directory.resolve("storm.svg")).hasContent(first);
    for (String colour : new String[] {"rgb(192,127,44)", "rgb(59,134,200)"}) {
      // letters are outlines, so that a viewer needs no fonts
      assertThat(first.split("fill:" + Pattern.quote(colour), -1))
          .as("the parts of the file around three bars and their legend")
          .hasSize(5);
    }
    Document picture =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(withoutDtd(first));
    assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(first.length()).as("small enough to be in the repository").isLessThan(60_000);
    assertThat(new Charts(plan, new Figures(), subjects).draw(wanted, directory))
        .as("without figures")
        .isFalse();
  }

  /** Otherwise the DTD would be fetched. */
  private static InputSource withoutDtd(String svg) {
    return new InputSource(new StringReader(svg.replaceFirst("<!DOCTYPE[^>]*>", "")));
  }
}
