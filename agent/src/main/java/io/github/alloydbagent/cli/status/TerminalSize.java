package io.github.alloydbagent.cli.status;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How much room there is to write to. */
final class TerminalSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})");
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  final int columns;
  final int rows;

  private TerminalSize(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** That of the terminal; a usual one if it does not say. */
  static TerminalSize now() {
    return of(Stty.run("size"), columnsSet());
  }

  /**
   * @param said rows and columns, as {@code stty size} says it
   * @param set the columns that were set; 0 for none
   */
  static TerminalSize of(@Nullable String said, int set) {
    Matcher size = SIZE.matcher(said == null ? "" : said.trim());
    int rows = size.matches() ? Integer.parseInt(size.group(1)) : 0;
    int columns = size.matches() ? Integer.parseInt(size.group(2)) : 0;
    int otherwise = set > 0 ? set : USUAL_COLUMNS;
    return new TerminalSize(columns > 0 ? columns : otherwise, rows > 0 ? rows : USUAL_ROWS);
  }

  /** The variable COLUMNS; 0 if it is not set. */
  static int columnsSet() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : 0;
  }
}
