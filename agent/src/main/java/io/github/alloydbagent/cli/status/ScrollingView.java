package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.console.Output;

/** One below the other, with a blank line between: for files, pipes, and a single time. */
final class ScrollingView implements View {
  private final Output output;
  private final String jvm;
  private final boolean json;
  private boolean begun;

  /**
   * @param json as the agent said it
   */
  ScrollingView(Output output, String jvm, boolean json) {
    this.output = output;
    this.jvm = jvm;
    this.json = json;
  }

  @Override
  public void show(String said, AgentReport status) {
    if (json) {
      output.line(said);
      return;
    }
    if (begun) {
      output.line("");
    }
    begun = true;
    print(status);
  }

  void print(AgentReport status) {
    int columns = output.isForTerminal() ? TerminalSize.now().columns : TerminalSize.columnsSet();
    for (String line : new StatusText(output, columns).lines(status, jvm)) {
      output.line(line);
    }
  }

  @Override
  public boolean isQuit() {
    return false;
  }

  @Override
  public void end() {
    // all is there
  }

  @Override
  public void close() {
    // nothing was opened
  }
}
