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
      output.line("");
      output.line(Printable.lines(result.failure));
      return;
    }
    for (HostResult host : result.hosts) {
      output.line("");
      output.line(
          Printable.line(host.host) + (host.instance.isEmpty() ? "" : " -> " + host.instance));
      for (Step step : host.steps) {
        print("  ", step);
      }
      if (host.failure != null) {
        output.line("  " + Printable.lines(host.failure));
      }
    }
    int failures = result.failures();
    String hosts = result.hosts.size() == 1 ? "1 host" : result.hosts.size() + " hosts";
    output.line("");
    if (failures == 0 && result.hosts.isEmpty()) {
      output.line("No host was checked.");
      return;
    }
    output.line(
        failures == 0
            ? output.good("All checks passed: " + hosts + ".")
            : output.bad(failures + " of " + hosts + " failed."));
  }

  private void print(String indent, Step step) {
    StringBuilder line = new StringBuilder(indent).append(step.name);
    pad(line, NAME_WIDTH);
    line.append(step.well ? output.good("ok    ") : output.bad("FAILED"));
    String time = step.millis == Step.NO_TIME ? "" : step.millis + " ms";
    for (int i = time.length(); i < TIME_WIDTH; i++) {
      line.append(' ');
    }
    line.append(time);
    output.line(
        step.detail.isEmpty() ? line.toString() : line + "  " + Printable.line(step.detail));
  }

  private static void pad(StringBuilder line, int width) {
    while (line.length() < width) {
      line.append(' ');
    }
  }
}
