package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.console.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Redraws the terminal's alternate screen with each report, until the user presses q. Restores the
 * terminal however the command ends.
 */
final class LiveScreen implements View {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String TOP = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[2K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final Output output;
  private final String jvm;
  private final @Nullable String savedSettings;
  private final AtomicBoolean isOpen = new AtomicBoolean();
  private final Thread atExit = new Thread(this::leave, "alloydb-agent-terminal");
  private volatile boolean isQuitRequested;
  private @Nullable AgentReport lastReport;

  LiveScreen(Output output, String jvm) {
    this.output = output;
    this.jvm = jvm;
    this.savedSettings = Stty.run("-g");
  }

  @Override
  public void show(String jsonText, AgentReport status) {
    lastReport = status;
    if (isOpen.compareAndSet(false, true)) {
      enter();
    }
    TerminalSize size = TerminalSize.now();
    List<String> lines = new StatusText(output, size.columns - 1).lines(status, jvm);
    StringBuilder screen = new StringBuilder(TOP);
    for (String line : truncated(lines, size.rows - 2)) {
      screen.append(CLEAR_LINE).append(line).append('\n');
    }
    screen.append(CLEAR_LINE).append('\n').append(CLEAR_LINE).append("q quits");
    output.out().print(screen.append(CLEAR_BELOW));
    output.out().flush();
  }

  /** Cuts the lines; if some do not fit, the last line says how many. */
  static List<String> truncated(List<String> lines, int maxLines) {
    if (lines.size() <= maxLines) {
      return lines;
    }
    int shown = Math.max(1, maxLines - 1);
    List<String> visible = new ArrayList<>(lines.subList(0, shown));
    visible.add("(" + (lines.size() - shown) + " more lines do not fit)");
    return visible;
  }

  private void enter() {
    Runtime.getRuntime().addShutdownHook(atExit);
    if (savedSettings != null) {
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
          isQuitRequested = true;
        }
      }
    } catch (IOException e) {
      // only Ctrl-C ends it then
    }
  }

  @Override
  public boolean isQuit() {
    return isQuitRequested;
  }

  @Override
  public void close() {
    leave();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the JVM is already shutting down
    }
  }

  private void leave() {
    if (isOpen.compareAndSet(true, false)) {
      output.out().print(LEAVE);
      output.out().flush();
      if (savedSettings != null) {
        Stty.run(savedSettings);
      }
    }
  }

  @Override
  public void printLastReport() {
    if (lastReport != null) {
      int columns = TerminalSize.now().columns;
      for (String line : new StatusText(output, columns).lines(lastReport, jvm)) {
        output.printLine(line);
      }
    }
  }
}
