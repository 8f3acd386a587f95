package io.github.alloydbagent.cli.status;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The size of the terminal. */
final class TerminalSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})");
  private static final int DEFAULT_COLUMNS = 80;
  private static final int DEFAULT_ROWS = 24;

  final int columns;
  final int rows;

  private TerminalSize(int columns, int rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Returns the terminal's size, or a default if it is unknown. */
  static TerminalSize now() {
    return of(Stty.run("size"), configuredColumns());
  }

  /**
   * Parses a size.
   *
   * @param sttyOutput rows and columns, as printed by {@code stty size}
   * @param configuredColumns the number of columns from the environment; 0 if not set
   */
  static TerminalSize of(@Nullable String sttyOutput, int configuredColumns) {
    Matcher size = SIZE.matcher(sttyOutput == null ? "" : sttyOutput.trim());
    int rows = size.matches() ? Integer.parseInt(size.group(1)) : 0;
    int columns = size.matches() ? Integer.parseInt(size.group(2)) : 0;
    int fallbackColumns = configuredColumns > 0 ? configuredColumns : DEFAULT_COLUMNS;
    return new TerminalSize(
        columns > 0 ? columns : fallbackColumns, rows > 0 ? rows : DEFAULT_ROWS);
  }

  /** Returns the environment variable COLUMNS; 0 if it is not set. */
  static int configuredColumns() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : 0;
  }
}
