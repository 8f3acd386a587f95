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
  private final boolean isTerminal;
  private final boolean colored;

  public Output(PrintStream out, PrintStream err) {
    this(out, err, isConsoleATerminal(), System.getenv("NO_COLOR"), System.getenv("TERM"));
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
    this.isTerminal = terminal && !"dumb".equals(term);
    this.colored = this.isTerminal && (noColor == null || noColor.isEmpty());
  }

  /** From Java 22 on, a console exists even without a terminal. */
  @SuppressWarnings("SystemConsoleNull") // checked both ways
  private static boolean isConsoleATerminal() {
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

  public boolean isTerminal() {
    return isTerminal;
  }

  public boolean usesColors() {
    return colored;
  }

  public void printLine(String text) {
    out.println(text);
  }

  public void printError(String text) {
    showProgress("");
    err.println(Commands.NAME + ": " + Printable.lines(text));
  }

  /**
   * Shows the current activity in the last line of the terminal; does nothing without a terminal.
   */
  public void showProgress(String text) {
    if (isTerminal) {
      err.print(CLEAR_LINE + Printable.line(text));
      err.flush();
    }
  }

  public String inGreen(String text) {
    return colored ? GREEN + text + RESET : text;
  }

  public String inYellow(String text) {
    return colored ? YELLOW + text + RESET : text;
  }

  public String inRed(String text) {
    return colored ? RED + text + RESET : text;
  }
}
