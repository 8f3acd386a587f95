package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.console.Output;

/**
 * Prints one report below the other, separated by blank lines; for files, pipes, and single
 * reports.
 */
final class ScrollingView implements View {
  private final Output output;
  private final String jvm;
  private final boolean json;
  private boolean hasPrinted;

  /**
   * Creates a view.
   *
   * @param json whether to print the agent's JSON unchanged
   */
  ScrollingView(Output output, String jvm, boolean json) {
    this.output = output;
    this.jvm = jvm;
    this.json = json;
  }

  @Override
  public void show(String jsonText, AgentReport status) {
    if (json) {
      output.printLine(jsonText);
      return;
    }
    if (hasPrinted) {
      output.printLine("");
    }
    hasPrinted = true;
    print(status);
  }

  void print(AgentReport status) {
    int columns =
        output.isTerminal() ? TerminalSize.now().columns : TerminalSize.configuredColumns();
    for (String line : new StatusText(output, columns).lines(status, jvm)) {
      output.printLine(line);
    }
  }

  @Override
  public boolean isQuit() {
    return false;
  }

  @Override
  public void printLastReport() {
    // everything is printed already
  }

  @Override
  public void close() {
    // nothing to close
  }
}
