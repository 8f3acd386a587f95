package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.log.Log;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Formats the status of an agent for people: as a table if it fits, otherwise as a block of lines
 * per instance. Instances that need attention come first.
 */
final class StatusText {
  private static final String[] HEADINGS = {
    "host",
    "instance",
    "state",
    "address",
    "cert. left",
    "refresh in",
    "open",
    "connects",
    "failed",
    "p50",
    "p99"
  };

  /** The first column that is right-aligned, and the column of the state. */
  private static final int FIRST_NUMERIC_COLUMN = 4;

  private static final int STATE_COLUMN = 2;
  private static final String GAP = "  ";

  /** A space at which lines do not break. */
  private static final char NO_BREAK_SPACE = '\u00a0';

  private static final int MAX_HOSTS = 3;

  /** The indentation of a block's lines, and the width below which it is smaller. */
  private static final int BLOCK_INDENT = 10;

  private static final int NARROW_WIDTH = 60;

  /** The line length if the width is not limited. */
  private static final int READABLE_WIDTH = 120;

  /** The default port of the server-side proxy, which is not shown. */
  private static final String DEFAULT_PORT = ":5433";

  private final Output output;
  private final int width;

  /**
   * Creates a formatter.
   *
   * @param width the number of columns available; 0 if not limited
   */
  StatusText(Output output, int width) {
    this.output = output;
    this.width = width;
  }

  /**
   * Returns the lines, all of which fit the width.
   *
   * @param jvm the JVM of the agent, for the first line
   */
  List<String> lines(AgentReport status, String jvm) {
    List<InstanceReport> instances = new ArrayList<>(status.instances);
    instances.sort(Comparator.comparingInt(InstanceReport::severityRank));
    List<String> lines = new ArrayList<>();
    add(lines, 0, heading(status, instances, jvm));
    if (!status.failure.isEmpty()) {
      lines.add("");
      add(lines, 0, "The agent in that JVM " + failureText(status.failure));
      return lines;
    }
    if (instances.isEmpty()) {
      lines.add("");
      add(lines, 0, "No instance yet" + (status.state.isEmpty() ? "." : ": " + status.state + "."));
      return lines;
    }
    lines.add("");
    Map<InstanceReport, List<String>> names = names(instances);
    List<Row> rows = new ArrayList<>();
    for (InstanceReport each : instances) {
      rows.add(new Row(each, status.time, names.getOrDefault(each, Collections.emptyList())));
    }
    int[] widths = widths(rows);
    int tableWidth = GAP.length() * (widths.length - 1);
    for (int column : widths) {
      tableWidth += column;
    }
    if (width == 0 || tableWidth <= width) {
      table(lines, rows, widths);
    } else {
      blocks(lines, rows);
    }
    return lines;
  }

  /** Errors in the settings start with their number. */
  private static String failureText(String failure) {
    return failure.startsWith("could not") ? failure : "opens no connection. " + failure;
  }

  private static String heading(AgentReport status, List<InstanceReport> instances, String jvm) {
    Map<String, Integer> counts = new HashMap<>();
    List<String> states = new ArrayList<>();
    for (InstanceReport each : instances) {
      if (counts.merge(each.state, 1, Integer::sum) == 1) {
        states.add(each.state);
      }
    }
    StringBuilder heading = new StringBuilder(jvm + ": agent " + status.version);
    for (int i = 0; i < states.size(); i++) {
      heading.append(", ").append(counts.get(states.get(i))).append(' ').append(states.get(i));
    }
    return heading + ", at " + Log.utc(status.time);
  }

  /**
   * Returns short names unless they are ambiguous, with the principal if several identities reach
   * the instance.
   */
  private static Map<InstanceReport, List<String>> names(List<InstanceReport> instances) {
    Map<String, Set<String>> uris = new HashMap<>();
    Map<String, Integer> identities = new HashMap<>();
    for (InstanceReport each : instances) {
      uris.computeIfAbsent(each.shortName(), k -> new HashSet<>()).add(each.instance);
      identities.merge(each.instance, 1, Integer::sum);
    }
    Map<InstanceReport, List<String>> names = new HashMap<>();
    for (InstanceReport each : instances) {
      Set<String> same = uris.getOrDefault(each.shortName(), Collections.emptySet());
      List<String> name = new ArrayList<>();
      name.add(same.size() > 1 ? each.instance : each.shortName());
      if (identities.getOrDefault(each.instance, 1) > 1) {
        name.add("as " + each.principal);
      }
      names.put(each, name);
    }
    return names;
  }

  private static int[] widths(List<Row> rows) {
    int[] widths = new int[HEADINGS.length];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = HEADINGS[column].length();
      for (Row row : rows) {
        for (String line : row.cells.get(column)) {
          widths[column] = Math.max(widths[column], line.length());
        }
      }
    }
    return widths;
  }

  private void table(List<String> lines, List<Row> rows, int[] widths) {
    List<List<String>> headings = new ArrayList<>();
    for (String heading : HEADINGS) {
      headings.add(Collections.singletonList(heading));
    }
    lines.add(line(headings, 0, widths));
    for (Row row : rows) {
      for (int i = 0; i < row.height(); i++) {
        lines.add(line(row.cells, i, widths));
      }
      addError(lines, 2, row);
    }
  }

  private String line(List<List<String>> cells, int number, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      List<String> cell = cells.get(column);
      String text = number < cell.size() ? cell.get(number) : "";
      String blank = spaces(widths[column] - text.length());
      String shown = column == STATE_COLUMN ? colored(text) : text;
      line.append(column == 0 ? "" : GAP);
      line.append(column < FIRST_NUMERIC_COLUMN ? shown + blank : blank + shown);
    }
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == ' ') {
      end--;
    }
    return line.substring(0, end);
  }

  private void blocks(List<String> lines, List<Row> rows) {
    int indent = width < NARROW_WIDTH ? 2 : BLOCK_INDENT;
    for (Row row : rows) {
      String state = row.report.state;
      String name = String.join(", ", row.cell(0)) + " -> " + String.join(" ", row.cell(1));
      List<String> first = wrapped(name, width - BLOCK_INDENT);
      lines.add(colored(state) + spaces(BLOCK_INDENT - state.length()) + first.get(0));
      for (String more : first.subList(1, first.size())) {
        lines.add(spaces(BLOCK_INDENT) + more);
      }
      for (String line : wrapped(String.join(", ", details(row)), room(indent))) {
        lines.add(spaces(indent) + line.replace(NO_BREAK_SPACE, ' '));
      }
      addError(lines, indent, row);
    }
  }

  /** Returns the details of an instance; a detail must stay on one line. */
  private static List<String> details(Row row) {
    List<String> details = new ArrayList<>();
    if (!row.text(3).equals("-")) {
      details.add(row.text(3));
    }
    if (row.report.certificateEnd > 0) {
      String left = row.text(4);
      details.add("certificate " + left + (left.equals("ended") ? "" : " left"));
    }
    if (!row.text(5).equals("-")) {
      boolean time = row.report.nextRefresh > 0 && !row.text(5).equals("now");
      details.add("refresh " + (time ? "in " : "") + row.text(5));
    }
    details.add(row.text(6) + " open");
    details.add(row.text(7) + " connects");
    details.add(row.text(8) + " failed");
    if (row.report.connects > 0) {
      details.add("p50 " + row.text(9));
      details.add("p99 " + row.text(10));
    }
    details.replaceAll(figure -> figure.replace(' ', NO_BREAK_SPACE));
    return details;
  }

  private void addError(List<String> lines, int indent, Row row) {
    InstanceReport report = row.report;
    if (!report.error.isEmpty()) {
      String times =
          report.errorTimes > 1 && report.errorFirstTime > 0
              ? ", "
                  + report.errorTimes
                  + " times in "
                  + DurationText.of(report.errorTime - report.errorFirstTime)
              : "";
      String when = DurationText.of(row.now - report.errorTime) + " ago" + times;
      add(lines, indent, "last error, " + when + ": " + report.error);
    }
  }

  private String colored(String state) {
    switch (state) {
      case "READY":
        return output.inGreen(state);
      case "DEGRADED":
        return output.inYellow(state);
      case "FAILED":
        return output.inRed(state);
      default:
        return state;
    }
  }

  private void add(List<String> lines, int indent, String text) {
    for (String line : wrapped(text, room(indent))) {
      lines.add(spaces(indent) + line);
    }
  }

  private int room(int indent) {
    return (width == 0 ? READABLE_WIDTH : width) - indent;
  }

  /** Breaks lines at spaces, and within a word only if the word is longer than a line. */
  static List<String> wrapped(String text, int room) {
    int maxLength = Math.max(10, room);
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > maxLength) {
      int blank = rest.lastIndexOf(' ', maxLength);
      int end = blank > 0 ? blank : maxLength;
      lines.add(rest.substring(0, end));
      rest = rest.substring(blank > 0 ? end + 1 : end);
    }
    lines.add(rest);
    return lines;
  }

  private static String spaces(int count) {
    char[] spaces = new char[Math.max(0, count)];
    Arrays.fill(spaces, ' ');
    return new String(spaces);
  }

  /** The cells of one instance, each a list of lines. */
  private static final class Row {
    final InstanceReport report;
    final long now;
    final List<List<String>> cells = new ArrayList<>();

    Row(InstanceReport report, long now, List<String> name) {
      this.report = report;
      this.now = now;
      cells.add(hosts(report.hosts));
      cells.add(name);
      add(report.state);
      add(report.address.isEmpty() ? "-" : address());
      long left = report.certificateEnd - now;
      add(report.certificateEnd == 0 ? "-" : left <= 0 ? "ended" : DurationText.of(left));
      add(refresh());
      add(String.valueOf(report.openTunnels));
      add(String.valueOf(report.connects));
      add(String.valueOf(report.connectFailures));
      add(report.connects == 0 ? "-" : millis(report.connectMillisMedian));
      add(report.connects == 0 ? "-" : millis(report.connectMillis99));
    }

    private void add(String text) {
      cells.add(Collections.singletonList(text));
    }

    private static List<String> hosts(List<String> hosts) {
      List<String> some = new ArrayList<>(hosts.subList(0, Math.min(MAX_HOSTS, hosts.size())));
      if (hosts.isEmpty()) {
        some.add("(no host mapped now)");
      } else if (hosts.size() > MAX_HOSTS) {
        some.add("and " + (hosts.size() - MAX_HOSTS) + " more");
      }
      return some;
    }

    private String address() {
      String place =
          report.address.endsWith(DEFAULT_PORT)
              ? report.address.substring(0, report.address.length() - DEFAULT_PORT.length())
              : report.address;
      return (report.ipType + " " + place).trim();
    }

    private String refresh() {
      if (report.nextRefresh > 0) {
        return report.nextRefresh <= now ? "now" : DurationText.of(report.nextRefresh - now);
      }
      return report.certificateEnd > 0 || report.state.equals("IDLE") ? "on demand" : "-";
    }

    private static String millis(double millis) {
      return millis < 10_000
          ? String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis)
          : String.format(Locale.ROOT, "%.0f s", millis / 1000);
    }

    List<String> cell(int column) {
      return cells.get(column);
    }

    String text(int column) {
      return cells.get(column).get(0);
    }

    int height() {
      return Math.max(cells.get(0).size(), cells.get(1).size());
    }
  }
}
