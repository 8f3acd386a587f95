package io.github.alloydbagent.compatibility;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Formats the outcomes of all drivers as Markdown: one row for consecutive versions with equal
 * outcomes, and a note for each check that fails.
 */
final class CompatibilityTable {

  /** Known differences with the agent, by driver and check, and their reasons. */
  static final Map<String, String> KNOWN =
      Map.of(
          "postgresql 7.4.1-jdbc3, ssl=true",
          "only with the agent: this driver negotiates TLS in code that cannot be woven, and"
              + " the instance offers no TLS inside the tunnel, which already uses mutual TLS;"
              + " omit `ssl=true`");

  /** Names versions without a suffix if other versions have one. */
  static final String WITHOUT_SUFFIX = "without suffix";

  /** Column titles and the checks that each column summarizes. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("query", "query");
    COLUMNS.put("prepared", "prepared");
    COLUMNS.put("cancel", "cancel");
    COLUMNS.put("query timeout", "queryTimeout");
    COLUMNS.put("`sslmode`", "sslmode=");
    COLUMNS.put("`ssl=true`", "ssl=true");
    COLUMNS.put("`localSocketAddress`", "localSocketAddress");
    COLUMNS.put("`socketTimeout`", "socketTimeout");
    COLUMNS.put("NOTIFY", "notify");
    COLUMNS.put("COPY", "copy");
    COLUMNS.put("large objects", "largeObject");
    COLUMNS.put("host list", "hosts");
    COLUMNS.put("`targetServerType`", "targetServerType");
    COLUMNS.put("wrong password", "wrongPassword");
    COLUMNS.put("DataSource", "simpleDataSource");
    COLUMNS.put("pooling", "poolingDataSource");
    COLUMNS.put("ConnectionPool", "connectionPool");
    COLUMNS.put("XA", "xa");
    COLUMNS.put("replication", "replication");
    COLUMNS.put("IAM login", "iam");
    COLUMNS.put("IAM, other `iam-user`", "iamUser");
  }

  private final DriverRun.Compared compared;
  private final List<String> notes = new ArrayList<>();

  CompatibilityTable(DriverRun.Compared compared) {
    this.compared = compared;
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("| driver | ").append(String.join(" | ", COLUMNS.keySet())).append(" |\n");
    text.append("|---".repeat(COLUMNS.size() + 1)).append("|\n");
    rows().forEach(row -> text.append(row).append('\n'));
    text.append('\n');
    for (int i = 0; i < notes.size(); i++) {
      text.append(i + 1).append(". ").append(notes.get(i)).append('\n');
    }
    return text.toString();
  }

  /** Returns a row for each run of versions with equal cells, oldest first. */
  private List<String> rows() {
    Map<String, Map<String, List<CheckedDriver>>> families = new LinkedHashMap<>();
    for (CheckedDriver driver : compared.drivers()) {
      families
          .computeIfAbsent(driver.artifact(), artifact -> new TreeMap<>())
          .computeIfAbsent(
              DriverVersion.of(driver.version()).flavour(), flavour -> new ArrayList<>())
          .add(driver);
    }
    List<String> rows = new ArrayList<>();
    rows.addAll(rows("postgresql", families.remove("postgresql")));
    families.forEach((artifact, flavours) -> rows.addAll(rows(artifact, flavours)));
    return rows;
  }

  private List<String> rows(String artifact, Map<String, List<CheckedDriver>> flavours) {
    // flavours of the same versions with equal cells share a row
    Map<Span, Set<String>> spans = new TreeMap<>();
    flavours.forEach(
        (flavour, drivers) ->
            spans(drivers)
                .forEach(
                    span -> spans.computeIfAbsent(span, same -> new TreeSet<>()).add(flavour)));
    return spans.entrySet().stream()
        .map(
            entry ->
                "| "
                    + artifact
                    + " "
                    + entry.getKey().label()
                    + suffixes(entry.getValue())
                    + entry.getKey().cells()
                    + " |")
        .toList();
  }

  private static String suffixes(Set<String> flavours) {
    if (flavours.equals(Set.of(""))) {
      return "";
    }
    return flavours.stream()
        .map(flavour -> flavour.isEmpty() ? WITHOUT_SUFFIX : flavour)
        .collect(Collectors.joining(", ", " ", ""));
  }

  private List<Span> spans(List<CheckedDriver> drivers) {
    List<CheckedDriver> sorted =
        drivers.stream()
            .sorted(
                (a, b) -> DriverVersion.of(a.version()).compareTo(DriverVersion.of(b.version())))
            .toList();
    List<Span> spans = new ArrayList<>();
    for (CheckedDriver driver : sorted) {
      DriverVersion version = DriverVersion.of(driver.version());
      String cells = cells(driver.name());
      Span last = spans.isEmpty() ? null : spans.get(spans.size() - 1);
      if (last != null && last.cells().equals(cells)) {
        spans.set(spans.size() - 1, new Span(last.first(), version, cells));
      } else {
        spans.add(new Span(version, version, cells));
      }
    }
    return spans;
  }

  /** Returns the cells of a driver, each after a bar. */
  String cells(String driver) {
    return COLUMNS.values().stream()
        .map(check -> " | " + cell(driver, check))
        .collect(Collectors.joining());
  }

  private String cell(String driver, String column) {
    Map<String, Outcome> tunnelled = compared.with().getOrDefault(driver, Map.of());
    Map<String, Outcome> plain = compared.without().getOrDefault(driver, Map.of());
    boolean works = false;
    String cause = "";
    for (Map.Entry<String, Outcome> each : tunnelled.entrySet()) {
      if (!each.getKey().equals(column)
          && !(column.endsWith("=") && each.getKey().startsWith(column))) {
        continue;
      }
      Outcome outcome = each.getValue();
      works |= outcome.ok();
      Outcome untouched = plain.getOrDefault(each.getKey(), new Outcome("absent", ""));
      if (untouched.ok() && !outcome.ok()) {
        return "no ("
            + note(KNOWN.getOrDefault(driver + ", " + each.getKey(), outcome.detail()))
            + ")";
      }
      if (!outcome.ok() && !outcome.kind().equals("absent") && !column.endsWith("=")) {
        cause = "also without the agent: " + DriverFailure.brief(untouched.detail());
      }
    }
    return works ? "yes" : cause.isEmpty() ? "–" : "no (" + note(cause) + ")";
  }

  private int note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
    return notes.indexOf(text) + 1;
  }

  /** A run of consecutive versions with equal cells. */
  private record Span(DriverVersion first, DriverVersion last, String cells)
      implements Comparable<Span> {

    String label() {
      return first.base().equals(last.base()) ? first.base() : first.base() + " – " + last.base();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Span span && compareTo(span) == 0;
    }

    @Override
    public int hashCode() {
      return label().hashCode();
    }

    @Override
    public int compareTo(Span other) {
      int order = first.compareTo(other.first);
      order = order != 0 ? order : last.compareTo(other.last);
      order = order != 0 ? order : label().compareTo(other.label());
      return order != 0 ? order : cells.compareTo(other.cells);
    }
  }
}
