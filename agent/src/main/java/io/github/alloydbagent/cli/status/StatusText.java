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
 * How an agent stands, for people: a table where it fits, else a block of lines for each instance,
 * with those first that need a person.
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

  /** Of the columns, the first that is a figure, and the one with the state. */
  private static final int FIGURES = 4;

  private static final int STATE = 2;
  private static final String GAP = "  ";

  /** A blank where no line ends. */
  private static final char TIED = '\u00a0';

  private static final int MOST_HOSTS = 3;

  /** How far the lines of a block are indented; less where there is little room. */
  private static final int INDENT = 10;

  private static final int LITTLE = 60;

  /** Columns of text that people like to read, where there is room for more. */
  private static final int READABLE = 120;

  /** The server-side proxy's port, which is left out. */
  private static final String USUAL_PORT = ":5433";

  private final Output output;
  private final int width;

  /**
   * @param width the columns that there are; 0 for as many as it takes
   */
  StatusText(Output output, int width) {
    this.output = output;
    this.width = width;
  }

  /**
   * The lines, none of them wider than there is room.
   *
   * @param jvm whose agent it is, for the first line
   */
  List<String> lines(AgentReport status, String jvm) {
    List<InstanceReport> instances = new ArrayList<>(status.instances);
    instances.sort(Comparator.comparingInt(InstanceReport::rank));
    List<String> lines = new ArrayList<>();
    add(lines, 0, heading(status, instances, jvm));
    if (!status.failure.isEmpty()) {
      lines.add("");
      add(lines, 0, "The agent there " + said(status.failure));
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
    int all = GAP.length() * (widths.length - 1);
    for (int column : widths) {
      all += column;
    }
    if (width == 0 || all <= width) {
      table(lines, rows, widths);
    } else {
      blocks(lines, rows);
    }
    return lines;
  }

  /** Mistakes in the settings speak for themselves, and begin with their number. */
  private static String said(String failure) {
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

  /** Short, unless that would be the same for two; and as whom, where that makes the difference. */
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
      String shown = column == STATE ? coloured(text) : text;
      line.append(column == 0 ? "" : GAP);
      line.append(column < FIGURES ? shown + blank : blank + shown);
    }
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == ' ') {
      end--;
    }
    return line.substring(0, end);
  }

  private void blocks(List<String> lines, List<Row> rows) {
    int indent = width < LITTLE ? 2 : INDENT;
    for (Row row : rows) {
      String state = row.of.state;
      String name = String.join(", ", row.cell(0)) + " -> " + String.join(" ", row.cell(1));
      List<String> first = wrapped(name, width - INDENT);
      lines.add(coloured(state) + spaces(INDENT - state.length()) + first.get(0));
      for (String more : first.subList(1, first.size())) {
        lines.add(spaces(INDENT) + more);
      }
      for (String line : wrapped(String.join(", ", figures(row)), room(indent))) {
        lines.add(spaces(indent) + line.replace(TIED, ' '));
      }
      addError(lines, indent, row);
    }
  }

  /** Each of one line, what belongs together. */
  private static List<String> figures(Row row) {
    List<String> figures = new ArrayList<>();
    if (!row.text(3).equals("-")) {
      figures.add(row.text(3));
    }
    if (row.of.certificateEnd > 0) {
      String left = row.text(4);
      figures.add("certificate " + left + (left.equals("ended") ? "" : " left"));
    }
    if (!row.text(5).equals("-")) {
      boolean time = row.of.nextRefresh > 0 && !row.text(5).equals("now");
      figures.add("refresh " + (time ? "in " : "") + row.text(5));
    }
    figures.add(row.text(6) + " open");
    figures.add(row.text(7) + " connects");
    figures.add(row.text(8) + " failed");
    if (row.of.connects > 0) {
      figures.add("p50 " + row.text(9));
      figures.add("p99 " + row.text(10));
    }
    figures.replaceAll(figure -> figure.replace(' ', TIED));
    return figures;
  }

  private void addError(List<String> lines, int indent, Row row) {
    InstanceReport of = row.of;
    if (!of.error.isEmpty()) {
      String times =
          of.errorTimes > 1 && of.errorFirstTime > 0
              ? ", "
                  + of.errorTimes
                  + " times in "
                  + DurationText.of(of.errorTime - of.errorFirstTime)
              : "";
      String when = DurationText.of(row.now - of.errorTime) + " ago" + times;
      add(lines, indent, "last error, " + when + ": " + of.error);
    }
  }

  private String coloured(String state) {
    switch (state) {
      case "READY":
        return output.good(state);
      case "DEGRADED":
        return output.doubtful(state);
      case "FAILED":
        return output.bad(state);
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
    return (width == 0 ? READABLE : width) - indent;
  }

  /** At blanks, and within a word only if it has no room in a line of its own. */
  static List<String> wrapped(String text, int room) {
    int most = Math.max(10, room);
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > most) {
      int blank = rest.lastIndexOf(' ', most);
      int end = blank > 0 ? blank : most;
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

  /** What the columns have of one instance, a list of lines each. */
  private static final class Row {
    final InstanceReport of;
    final long now;
    final List<List<String>> cells = new ArrayList<>();

    Row(InstanceReport of, long now, List<String> name) {
      this.of = of;
      this.now = now;
      cells.add(hosts(of.hosts));
      cells.add(name);
      add(of.state);
      add(of.address.isEmpty() ? "-" : address());
      long left = of.certificateEnd - now;
      add(of.certificateEnd == 0 ? "-" : left <= 0 ? "ended" : DurationText.of(left));
      add(refresh());
      add(String.valueOf(of.openTunnels));
      add(String.valueOf(of.connects));
      add(String.valueOf(of.connectFailures));
      add(of.connects == 0 ? "-" : millis(of.millisMedian));
      add(of.connects == 0 ? "-" : millis(of.millis99));
    }

    private void add(String text) {
      cells.add(Collections.singletonList(text));
    }

    private static List<String> hosts(List<String> hosts) {
      List<String> some = new ArrayList<>(hosts.subList(0, Math.min(MOST_HOSTS, hosts.size())));
      if (hosts.isEmpty()) {
        some.add("(no host now)");
      } else if (hosts.size() > MOST_HOSTS) {
        some.add("and " + (hosts.size() - MOST_HOSTS) + " more");
      }
      return some;
    }

    private String address() {
      String place =
          of.address.endsWith(USUAL_PORT)
              ? of.address.substring(0, of.address.length() - USUAL_PORT.length())
              : of.address;
      return (of.ipType + " " + place).trim();
    }

    private String refresh() {
      if (of.nextRefresh > 0) {
        return of.nextRefresh <= now ? "now" : DurationText.of(of.nextRefresh - now);
      }
      return of.certificateEnd > 0 || of.state.equals("IDLE") ? "on demand" : "-";
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
