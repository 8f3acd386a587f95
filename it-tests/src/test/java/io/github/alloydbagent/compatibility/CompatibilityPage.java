package io.github.alloydbagent.compatibility;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes {@code docs/compatibility.md}; the test of all drivers generates its table of
 * drivers.
 */
final class CompatibilityPage {

  private static final Path PAGE = Path.of("..", "docs", "compatibility.md");
  private static final String BEGIN = "<!-- drivers: written by `mvn verify -Pdrivers` -->\n";
  private static final String END = "<!-- end of drivers -->";

  /** Artifact, first version, last version, flavours, cells. */
  private static final Pattern ROW =
      Pattern.compile(
          "\\| (\\D+?) (\\d[^ ]*)(?: – (\\d[^ ]*))?((?:,? (?:j\\w+|without suffix))*)( \\| .*) \\|");

  private final List<String> lines;

  CompatibilityPage() throws IOException {
    lines = Files.readAllLines(PAGE);
  }

  /** Replaces the table. */
  static void replaceTable(String table) throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    if (begin < BEGIN.length() || end < begin) {
      throw new IOException(PAGE + " has no place for the table of drivers");
    }
    Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
  }

  /** Returns the cells of a driver, without the numbers of notes. */
  String cells(CheckedDriver driver) {
    DriverVersion version = DriverVersion.of(driver.version());
    for (String line : lines) {
      Matcher row = ROW.matcher(line);
      if (row.matches() && row.group(1).equals(driver.artifact()) && covers(row, version)) {
        return withoutNotes(row.group(5));
      }
    }
    return "no row for " + driver.name();
  }

  static String withoutNotes(String cells) {
    return cells.replaceAll(" \\(\\d+\\)", "");
  }

  private static boolean covers(Matcher row, DriverVersion version) {
    String last = row.group(3) == null ? row.group(2) : row.group(3);
    List<String> flavours =
        List.of(row.group(4).trim().replace(CompatibilityTable.WITHOUT_SUFFIX, "").split(", ", -1));
    return flavours.contains(version.flavour())
        && version.compareTo(new DriverVersion(row.group(2), "")) >= 0
        && version.compareTo(new DriverVersion(last, "")) <= 0;
  }
}
