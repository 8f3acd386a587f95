package io.github.alloydbagent.cli.check;

import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.util.Printable;

/** Prints the result of a check as text. */
final class CheckText {
  private static final int NAME_WIDTH = 21;
  private static final int TIME_WIDTH = 9;

  private final Output output;

  CheckText(Output output) {
    this.output = output;
  }

  void print(CheckResult result) {
    print("", result.settings);
    if (result.failure != null) {
      output.printLine("");
      output.printLine(Printable.lines(result.failure));
      return;
    }
    for (HostResult host : result.hosts) {
      output.printLine("");
      output.printLine(
          Printable.line(host.host) + (host.instance.isEmpty() ? "" : " -> " + host.instance));
      for (Step step : host.steps) {
        print("  ", step);
      }
      if (host.failure != null) {
        output.printLine("  " + Printable.lines(host.failure));
      }
    }
    int failures = result.failureCount();
    String hosts = result.hosts.size() == 1 ? "1 host" : result.hosts.size() + " hosts";
    output.printLine("");
    if (failures == 0 && result.hosts.isEmpty()) {
      output.printLine("No host was checked.");
      return;
    }
    output.printLine(
        failures == 0
            ? output.inGreen("All checks passed: " + hosts + ".")
            : output.inRed(failures + " of " + hosts + " failed."));
  }

  private void print(String indent, Step step) {
    StringBuilder line = new StringBuilder(indent).append(step.name);
    pad(line, NAME_WIDTH);
    line.append(step.isSuccessful ? output.inGreen("ok    ") : output.inRed("FAILED"));
    String time = step.millis == Step.NO_TIME ? "" : step.millis + " ms";
    for (int i = time.length(); i < TIME_WIDTH; i++) {
      line.append(' ');
    }
    line.append(time);
    output.printLine(
        step.detail.isEmpty() ? line.toString() : line + "  " + Printable.line(step.detail));
  }

  private static void pad(StringBuilder line, int width) {
    while (line.length() < width) {
      line.append(' ');
    }
  }
}
