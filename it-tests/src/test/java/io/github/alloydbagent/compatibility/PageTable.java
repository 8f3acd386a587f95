package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table of {@code docs/compatibility.md} whose rows the tests verify: with {@code
 * -Dcompatibility.write=true} a test writes its row, otherwise it compares the existing one.
 */
final class PageTable {

  private static final Path PAGE = Path.of("..", "docs", "compatibility.md");

  private final String name;
  private final Path page;
  private final boolean writes;

  /**
   * @param name {@code jvms}, {@code applications} or {@code neighbours}; comments with this name
   *     enclose the table
   */
  PageTable(String name) {
    this(name, PAGE, isWritten());
  }

  PageTable(String name, Path page, boolean writes) {
    this.name = name;
    this.page = page;
    this.writes = writes;
  }

  /** Returns whether this run writes the page instead of comparing it. */
  static boolean isWritten() {
    return Boolean.getBoolean("compatibility.write");
  }

  /** Writes or checks the row that begins with this cell and has these other cells. */
  void holds(String row, String... cells) {
    List<String> lines = lines();
    String line = line(row, List.of(cells));
    if (cells.length != titles(lines).size() - 1) {
      throw new IllegalArgumentException(
          "the table of " + name + " has other columns than " + line);
    }
    if (writes) {
      write(row, line);
    } else {
      assertThat(find(lines, row)).as("docs/compatibility.md, table of %s", name).isEqualTo(line);
    }
  }

  /**
   * Writes or checks one cell: that of the row that begins with {@code row}, in the column with
   * this title.
   */
  void holdsCell(String row, String column, String cell) {
    List<String> lines = lines();
    List<String> titles = titles(lines);
    int at = titles.indexOf(column) - 1;
    if (at < 0) {
      throw new IllegalArgumentException("the table of " + name + " has no column " + column);
    }
    String there = find(lines, row);
    if (writes) {
      List<String> cells = new ArrayList<>(there.isEmpty() ? List.of() : cells(there));
      while (cells.size() < titles.size()) {
        cells.add(cells.isEmpty() ? row : "–");
      }
      List<String> others = cells.subList(1, cells.size());
      others.set(at, cell);
      write(row, line(row, others));
    } else {
      List<String> cells = cells(there);
      assertThat(cells).as("docs/compatibility.md, table of %s, row %s", name, row).isNotEmpty();
      assertThat(cells.get(at + 1))
          .as("docs/compatibility.md, table of %s, row %s, %s", name, row, column)
          .isEqualTo(cell);
    }
  }

  private void write(String row, String line) {
    List<String> lines = lines();
    String there = find(lines, row);
    if (there.isEmpty()) {
      lines.add(end(lines), line);
    } else {
      lines.set(lines.indexOf(there), line);
    }
    try {
      Files.write(page, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the line of a row; empty if it does not exist. */
  private String find(List<String> lines, String row) {
    return lines.subList(begin(lines), end(lines)).stream()
        .filter(line -> line.startsWith("| " + row + " |"))
        .findFirst()
        .orElse("");
  }

  private List<String> titles(List<String> lines) {
    return cells(lines.get(begin(lines)));
  }

  private int begin(List<String> lines) {
    return index(lines, "<!-- " + name + ": ") + 1;
  }

  private int end(List<String> lines) {
    return index(lines, "<!-- end of " + name + " -->");
  }

  private int index(List<String> lines, String beginning) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(beginning)) {
        return i;
      }
    }
    throw new IllegalStateException(page + " has no line " + beginning);
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|", -1))
        .map(String::trim)
        .filter(cell -> !cell.isEmpty())
        .toList();
  }

  private static String line(String row, List<String> cells) {
    return "| " + row + " | " + String.join(" | ", cells) + " |";
  }

  private List<String> lines() {
    try {
      return new ArrayList<>(Files.readAllLines(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
