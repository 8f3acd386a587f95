package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.theme.MatlabTheme;

/**
 * Draws bar charts as SVG, with a color for each JDK. The colors have medium lightness and the
 * background is transparent, so that the charts are readable on light and dark pages.
 */
final class Charts {
  private static final Color TEXT = new Color(0x80, 0x86, 0x8b);
  private static final Color NONE = new Color(0, 0, 0, 0);
  private static final Pattern DECIMALS = Pattern.compile("-?\\d+\\.\\d+(E-?\\d+)?");
  private static final Color[] SERIES = {
    new Color(0xc0, 0x7f, 0x2c), new Color(0x3b, 0x86, 0xc8), new Color(0x4f, 0x9d, 0x69)
  };

  private final BenchPlan plan;
  private final Figures figures;
  private final List<String> subjects;

  Charts(BenchPlan plan, Figures figures, List<String> subjects) {
    this.plan = plan;
    this.figures = figures;
    this.subjects = subjects;
  }

  /**
   * Draws a test chart.
   *
   * @throws IOException as {@link #draw}
   */
  static void check(Path directory) throws IOException {
    Figures any = new Figures();
    any.add(Jdk.running().version(), "any", "any", 1);
    BenchPlan plan = new BenchPlan(List.of(Jdk.running()), 1, false, Set.of());
    new Charts(plan, any, List.of("any"))
        .draw(new Section.Chart("any", "any", "any"), directory.resolve("chart"));
  }

  /**
   * Draws a chart if its figures were measured; returns whether it did.
   *
   * @throws IOException if it cannot be written, or if this machine has no fonts to measure text
   */
  boolean draw(Section.Chart wanted, Path directory) throws IOException {
    List<String> shown =
        subjects.stream()
            // next to this bar the others would be invisible; the table has the figure
            .filter(subject -> !subject.equals(Unmapped.OPEN_TELEMETRY))
            .filter(
                subject ->
                    plan.jdks().stream()
                        .anyMatch(
                            jdk ->
                                figures
                                    .median(jdk.version(), subject, wanted.figure())
                                    .isPresent()))
            .toList();
    if (shown.isEmpty()) {
      return false;
    }
    System.setProperty("java.awt.headless", "true");
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve(wanted.file() + ".svg"), svg(wanted, shown));
    } catch (InternalError | NullPointerException | UnsatisfiedLinkError e) {
      throw new IOException(
          "cannot draw "
              + wanted.file()
              + ".svg: Java finds no fonts on this machine ("
              + e
              + "); install fontconfig and a font, such as fonts-dejavu-core",
          e);
    }
    return true;
  }

  private String svg(Section.Chart wanted, List<String> shown) throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder().width(860).height(320).title(wanted.title()).build();
    chart.getStyler().setTheme(new MatlabTheme());
    style(chart);
    int colour = 0;
    for (Jdk jdk : plan.jdks()) {
      List<Double> values = new ArrayList<>();
      for (String subject : shown) {
        values.add(figures.median(jdk.version(), subject, wanted.figure()).orElse(0));
      }
      chart.addSeries(jdk.toString(), shown, values).setFillColor(SERIES[colour++ % SERIES.length]);
    }
    return shortened(new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8));
  }

  /** Rounds numbers to tenths of a pixel, which halves the file, and makes IDs deterministic. */
  private static String shortened(String svg) {
    int begin = svg.indexOf("<svg"); // the prefix has a number of another kind: XML 1.0
    return svg.substring(0, begin) + shortenedPicture(svg.substring(begin));
  }

  private static String shortenedPicture(String svg) {
    return DECIMALS
        .matcher(svg)
        .replaceAll(
            number ->
                BigDecimal.valueOf(Double.parseDouble(number.group()))
                    .setScale(1, RoundingMode.HALF_EVEN)
                    .stripTrailingZeros()
                    .toPlainString())
        .replaceAll("\\bclip\\d+\\b", "plot");
  }

  private static void style(CategoryChart chart) {
    Font small = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    chart
        .getStyler()
        .setChartBackgroundColor(NONE)
        .setPlotBackgroundColor(NONE)
        .setPlotBorderVisible(false)
        .setChartFontColor(TEXT)
        .setChartTitleBoxVisible(false)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendBackgroundColor(NONE)
        .setLegendBorderColor(NONE)
        .setLegendFont(small);
    chart
        .getStyler()
        .setPlotGridLinesColor(TEXT)
        .setPlotGridLinesStroke(
            new BasicStroke(0.5f)) // a dashed line would be drawn as an outline of each dash
        .setAxisTickLabelsColor(TEXT)
        .setAxisTickMarksColor(TEXT)
        .setAxisTickLabelsFont(small)
        .setPlotGridVerticalLinesVisible(false)
        .setXAxisLabelRotation(20);
    chart.getStyler().setXAxisTickMarkSpacingHint(1); // otherwise the chart omits every second name
    chart.getStyler().setAvailableSpaceFill(0.8).setOverlapped(false);
  }
}
