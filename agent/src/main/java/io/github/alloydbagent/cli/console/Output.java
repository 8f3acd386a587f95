package io.github.alloydbagent.cli.console;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.util.Printable;
import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/** Where a command speaks: results to one stream, what is for people alone to the other. */
public final class Output {
  private static final String GREEN = "\u001b[32m";
  private static final String YELLOW = "\u001b[33m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final boolean coloured;

  public Output(PrintStream out, PrintStream err) {
    this(out, err, isTerminal(), System.getenv("NO_COLOR"), System.getenv("TERM"));
  }

  /**
   * @param noColor the variable of that name; see https://no-color.org
   */
  public Output(
      PrintStream out,
      PrintStream err,
      boolean terminal,
      @Nullable String noColor,
      @Nullable String kind) {
    this.out = out;
    this.err = err;
    this.terminal = terminal && !"dumb".equals(kind);
    this.coloured = this.terminal && (noColor == null || noColor.isEmpty());
  }

  /** From 22 on, there is a console without a terminal, too. */
  @SuppressWarnings("SystemConsoleNull") // asked in both ways
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

  /** What is being done, in the terminal's last line; nothing where there is none. */
  public void progress(String text) {
    if (terminal) {
      err.print(CLEAR_LINE + Printable.line(text));
      err.flush();
    }
  }

  public String good(String text) {
    return coloured ? GREEN + text + PLAIN : text;
  }

  public String doubtful(String text) {
    return coloured ? YELLOW + text + PLAIN : text;
  }

  public String bad(String text) {
    return coloured ? RED + text + PLAIN : text;
  }
}
