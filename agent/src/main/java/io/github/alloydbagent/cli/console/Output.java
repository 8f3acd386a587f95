package io.github.alloydbagent.cli.console;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.util.Printable;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/** Prints results to one stream, and messages for people to the other. */
public final class Output {
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String RESET = "\u001b[0m";
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final boolean coloured;

  public Output(PrintStream out, PrintStream err) {
    this(out, err, isTerminal(), System.getenv("NO_COLOR"), System.getenv("TERM"));
  }

  /**
   * Creates an output.
   *
   * @param noColor the environment variable NO_COLOR, see https://no-color.org
   * @param term the environment variable TERM
   */
  public Output(
      PrintStream out,
      PrintStream err,
      boolean terminal,
      @Nullable String noColor,
      @Nullable String term) {
    this.out = out;
    this.err = err;
    this.terminal = terminal && !"dumb".equals(term);
    this.coloured = this.terminal && (noColor == null || noColor.isEmpty());
  }

  /** From Java 22 on, a console exists even without a terminal. */
  @SuppressWarnings("SystemConsoleNull") // checked both ways
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  public boolean isForTerminal() {
    return terminal;
  }

  public boolean isColoured() {
    return coloured;
  }

  public void line(String text) {
    out.println(text);
  }

  public void error(String text) {
    progress("");
    err.println(Commands.NAME + ": " + Printable.lines(text));
  }

  /**
   * Shows the current activity in the last line of the terminal; does nothing without a terminal.
   */
  public void progress(String text) {
    if (terminal) {
      err.print(CLEAR_LINE + Printable.line(text));
      err.flush();
    }
  }

  public String good(String text) {
    return coloured ? GREEN + text + RESET : text;
  }

  public String doubtful(String text) {
    return coloured ? YELLOW + text + RESET : text;
  }

  public String bad(String text) {
    return coloured ? RED + text + RESET : text;
  }
}
