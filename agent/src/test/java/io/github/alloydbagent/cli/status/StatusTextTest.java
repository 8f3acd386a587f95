package io.github.alloydbagent.cli.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.cli.console.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTextTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final String ORDERS = "projects/p/locations/l/clusters/orders/instances/primary";
  private static final String BILLING = "projects/p/locations/l/clusters/billing/instances/primary";
  private static final String READY =
      "{'instance':'"
          + ORDERS
          + "','hosts':['orders-db','orders-ro'],'state':'READY','address':'10.1.2.3:5433',"
          + "'ipType':'PRIVATE','principal':'app@p','certificateStart':1799999940000,"
          + "'certificateEnd':1800003540000,'nextRefresh':1800002700000,'connects':1204,"
          + "'connectFailures':0,'openTunnels':3,'connectMillisMedian':12.4,"
          + "'connectMillis99':40.2,'errors':[]}";
  private static final String FAILED =
      "{'instance':'"
          + BILLING
          + "','hosts':['billing-db'],'state':'FAILED','address':'','ipType':'','principal':'app@p',"
          + "'certificateEnd':0,'nextRefresh':1800000020000,'connects':0,'connectFailures':7,"
          + "'openTunnels':0,'connectMillisMedian':0.0,'connectMillis99':0.0,"
          + "'errors':[{'time':1799999988000,'firstTime':1799999508000,'times':7,'message':'Admin"
          + " API failed: it returned HTTP 403.\\nGrant the principal app@p the role"
          + " roles/alloydb.client in project p.'},"
          + "{'time':1,'times':1,'message':'older'}]}";

  private final Output plain = output(null);

  @Test
  void isATableWithTheWorstStateFirstIfItFits() throws Exception {
    assertThat(lines(plain, 140, READY, FAILED))
        .containsExactly(
            "JVM 4711 (apps.Orders): agent 0.1.0, 1 FAILED, 1 READY, at 2027-01-15T08:00:00Z",
            "",
            "host        instance         state   address           cert. left  refresh in  open"
                + "  connects  failed    p50    p99",
            "billing-db  billing/primary  FAILED  -                          -         20s     0"
                + "         0       7      -      -",
            "  last error, 12s ago, 7 times in 8m: Admin API failed: it returned HTTP 403. Grant"
                + " the"
                + " principal app@p the role roles/alloydb.client in",
            "  project p.",
            "orders-db   orders/primary   READY   PRIVATE 10.1.2.3         59m         45m     3"
                + "      1204       0  12 ms  40 ms",
            "orders-ro");
  }

  @Test
  void usesABlockPerInstanceIfNarrow() throws Exception {
    assertThat(lines(plain, 79, READY, FAILED))
        .containsExactly(
            "JVM 4711 (apps.Orders): agent 0.1.0, 1 FAILED, 1 READY, at 2027-01-15T08:00:00Z",
            "",
            "FAILED    billing-db -> billing/primary",
            "          refresh in 20s, 0 open, 0 connects, 7 failed",
            "          last error, 12s ago, 7 times in 8m: Admin API failed: it returned",
            "          HTTP 403. Grant the principal app@p the role roles/alloydb.client in",
            "          project p.",
            "READY     orders-db, orders-ro -> orders/primary",
            "          PRIVATE 10.1.2.3, certificate 59m left, refresh in 45m, 3 open,",
            "          1204 connects, 0 failed, p50 12 ms, p99 40 ms");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 60, 79, 100, 112, 113, 200})
  void noLineExceedsTheWidth(int width) throws Exception {
    assertThat(lines(plain, width, READY, FAILED)).allMatch(line -> line.length() <= width);
  }

  @Test
  void widthIsUnlimitedWithoutATerminal() throws Exception {
    String wide = READY.replace("orders-db", "a-host-with-a-name.that-is.quite.long.example.com");

    assertThat(lines(plain, 0, wide)).hasSize(5);
    assertThat(lines(plain, 0, wide).get(3)).hasSizeGreaterThan(140).endsWith("12 ms  40 ms");
  }

  @Test
  void colorsDoNotCountTowardTheWidth() throws Exception {
    List<String> coloured = lines(output("xterm"), 140, READY, FAILED);

    assertThat(coloured.get(3)).contains("  \u001b[31mFAILED\u001b[0m  -");
    assertThat(coloured.get(6)).contains("  \u001b[32mREADY\u001b[0m   PRIVATE");
    assertThat(coloured.stream().map(line -> line.replaceAll("\u001b\\[\\d+m", "")))
        .containsExactlyElementsOf(lines(plain, 140, READY, FAILED));
    assertThat(lines(output("xterm"), 140, READY.replace("READY", "DEGRADED")).get(3))
        .contains("\u001b[33mDEGRADED\u001b[0m");
  }

  @Test
  void countsTheHostsOfAnInstanceIfTheyAreMany() throws Exception {
    String many = READY.replace("'orders-db','orders-ro'", "'a','b','c','d','e'");

    assertThat(lines(plain, 140, many).subList(3, 7))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("a           orders/primary"),
            line -> assertThat(line).isEqualTo("b"),
            line -> assertThat(line).isEqualTo("c"),
            line -> assertThat(line).isEqualTo("and 2 more"));
    assertThat(lines(plain, 79, many)).contains("READY     a, b, c, and 2 more -> orders/primary");
  }

  @Test
  void usesLongNamesIfShortOnesAreAmbiguous() throws Exception {
    String elsewhere = READY.replace("projects/p/", "projects/q/");
    assertThat(lines(plain, 60, READY, elsewhere))
        .contains("READY     orders-db, orders-ro ->", "          " + ORDERS.substring(0, 50));

    String other = READY.replace("app@p", "reports@p");
    assertThat(lines(plain, 79, READY, other))
        .contains("READY     orders-db, orders-ro -> orders/primary as app@p")
        .contains("READY     orders-db, orders-ro -> orders/primary as reports@p");
  }

  @Test
  void hasNoRefreshTimeIfFetchedOnDemand() throws Exception {
    String lazy = READY.replace("'nextRefresh':1800002700000", "'nextRefresh':0");
    assertThat(lines(plain, 100, lazy)).anyMatch(line -> line.contains(", refresh on demand, "));

    String late = READY.replace("1800002700000", "1799999999000").replace(":1800003", ":1799003");
    assertThat(lines(plain, 100, late))
        .anyMatch(line -> line.contains("certificate ended, refresh now, "));
  }

  @Test
  void reportsWhyThereAreNoInstances() throws Exception {
    assertThat(text("{'version':'1','time':" + NOW + ",'instances':[]}"))
        .endsWith("\n\nNo instance yet.");
    assertThat(
            text("{'version':'1','time':1,'state':'the agent is still starting','instances':[]}"))
        .endsWith("\n\nNo instance yet: the agent is still starting.");
    assertThat(text("{'version':'1','time':1,'failure':'2 errors in the settings','instances':[]}"))
        .endsWith("\n\nThe agent in that JVM opens no connection. 2 errors in the settings");
    assertThat(text("{'version':'1','time':1,'failure':'could not start: x','instances':[]}"))
        .endsWith("\n\nThe agent in that JVM could not start: x");
  }

  /** An error may contain text from a server, or from an attacker in its place. */
  @Test
  void removesControlCharacters() throws Exception {
    String hostile =
        FAILED.replace("Admin API failed", "\\u001b[2J\\u001b]0;x\\u0007\\u009b1m \\u202egone\\r");

    assertThat(String.join("\n", lines(plain, 100, hostile)))
        .contains(" [2J ]0;x 1m gone : it returned")
        .matches(text -> text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)));
  }

  @Test
  void toleratesUnknownAndMissingMembers() throws Exception {
    assertThat(lines(plain, 79, "{'instance':'i','state':'RESTING','new':{'a':[1]}}"))
        .endsWith("RESTING   (no host mapped now) -> i", "          0 open, 0 connects, 0 failed");
    assertThatThrownBy(() -> AgentReport.parse("<html>"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("its response cannot be parsed: ");
    assertThatThrownBy(() -> AgentReport.parse("{}")).isInstanceOf(IOException.class);
  }

  @Test
  void isWellUnlessSomethingFailed() throws Exception {
    assertThat(status(READY).isHealthy()).isTrue();
    assertThat(status(READY.replace("READY", "DEGRADED")).isHealthy()).isTrue();
    assertThat(status(READY, FAILED).isHealthy()).isFalse();
    assertThat(AgentReport.parse("{'failure':'x','instances':[]}".replace('\'', '"')).isHealthy())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0s",
    "59999, 59s",
    "60000, 1m",
    "3599999, 59m",
    "3600000, 1h 0m",
    "12000000, 3h 20m",
    "90000000, 1d 1h"
  })
  void durationsHaveAtMostTwoUnits(long millis, String words) {
    assertThat(DurationText.of(millis)).isEqualTo(words);
  }

  @Test
  void countsTheLinesThatDoNotFitTheScreen() {
    List<String> lines = List.of("a", "b", "c", "d");

    assertThat(LiveScreen.truncated(lines, 4)).isEqualTo(lines);
    assertThat(LiveScreen.truncated(lines, 3))
        .containsExactly("a", "b", "(2 more lines do not fit)");
  }

  @ParameterizedTest
  @CsvSource({"30 100, 0, 100, 30", "30 100, 60, 100, 30", "0 0, 60, 60, 24", "'', 0, 80, 24"})
  void prefersTheSizeThatTheTerminalReports(String said, int set, int columns, int rows) {
    TerminalSize size = TerminalSize.of(said, set);

    assertThat(size.columns).isEqualTo(columns);
    assertThat(size.rows).isEqualTo(rows);
  }

  private String text(String json) throws IOException {
    AgentReport status = AgentReport.parse(json.replace('\'', '"'));
    return String.join("\n", new StatusText(plain, 100).lines(status, "JVM 1"));
  }

  private static List<String> lines(Output output, int width, String... instances)
      throws IOException {
    return new StatusText(output, width).lines(status(instances), "JVM 4711 (apps.Orders)");
  }

  private static AgentReport status(String... instances) throws IOException {
    String json =
        "{'version':'0.1.0','time':" + NOW + ",'instances':[" + String.join(",", instances) + "]}";
    return AgentReport.parse(json.replace('\'', '"'));
  }

  private static Output output(String terminal) {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    return new Output(nowhere, nowhere, terminal != null, null, terminal);
  }
}
