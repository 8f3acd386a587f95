package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.console.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The terminal's other screen, written anew each time, until the key q. However the command ends,
 * the terminal is left as it was found.
 */
final class LiveScreen implements View {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String TOP = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[2K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final Output output;
  private final String jvm;
  private final @Nullable String before;
  private final AtomicBoolean open = new AtomicBoolean();
  private final Thread atExit = new Thread(this::leave, "alloydb-agent-terminal");
  private volatile boolean quit;
  private @Nullable AgentReport last;

  LiveScreen(Output output, String jvm) {
    this.output = output;
    this.jvm = jvm;
    this.before = Stty.run("-g");
  }

  @Override
  public void show(String said, AgentReport status) {
    last = status;
    if (open.compareAndSet(false, true)) {
      enter();
    }
    TerminalSize size = TerminalSize.now();
    List<String> lines = new StatusText(output, size.columns - 1).lines(status, jvm);
    StringBuilder screen = new StringBuilder(TOP);
    for (String line : cut(lines, size.rows - 2)) {
      screen.append(CLEAR_LINE).append(line).append('\n');
    }
    screen.append(CLEAR_LINE).append('\n').append(CLEAR_LINE).append("q ends this");
    output.out().print(screen.append(CLEAR_BELOW));
    output.out().flush();
  }

  /** The last line says that there are more, if there are. */
  static List<String> cut(List<String> lines, int most) {
    if (lines.size() <= most) {
      return lines;
    }
    int shown = Math.max(1, most - 1);
    List<String> some = new ArrayList<>(lines.subList(0, shown));
    some.add("(" + (lines.size() - shown) + " more lines have no room here)");
    return some;
  }

  private void enter() {
    Runtime.getRuntime().addShutdownHook(atExit);
    if (before != null) {
      Stty.run("-icanon", "-echo", "min", "1", "time", "0");
    }
    output.out().print(ENTER);
    Thread keys = new Thread(this::listen, "alloydb-agent-keys");
    keys.setDaemon(true);
    keys.start();
  }

  private void listen() {
    try {
      for (int key = System.in.read(); key >= 0; key = System.in.read()) {
        if (key == 'q' || key == 'Q') {
          quit = true;
        }
      }
    } catch (IOException e) {
      // then only Ctrl-C ends it
    }
  }

  @Override
  public boolean isQuit() {
    return quit;
  }

  @Override
  public void close() {
    leave();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // this is the end already
    }
  }

  private void leave() {
    if (open.compareAndSet(true, false)) {
      output.out().print(LEAVE);
      output.out().flush();
      if (before != null) {
        Stty.run(before);
      }
    }
  }

  @Override
  public void end() {
    if (last != null) {
      int columns = TerminalSize.now().columns;
      for (String line : new StatusText(output, columns).lines(last, jvm)) {
        output.line(line);
      }
    }
  }
}
