package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.console.TimeConverter;
import io.github.alloydbagent.cli.jvm.AgentLink;
import io.github.alloydbagent.cli.jvm.AnywayOption;
import io.github.alloydbagent.cli.jvm.RunningAgent;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the status of the agent in a running JVM repeatedly. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the same as the command status, live in the terminal, until q, Ctrl-C, or the end of"
          + " that JVM. If standard output is not a terminal, prints one block per interval.",
      "",
      "Exit codes, for the last status: 0 the agent is on and no instance is FAILED, 1 otherwise,"
          + " or if the agent could not be queried, 2 invalid usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar watch 4711",
      "  java -jar alloydb-agent.jar watch 4711 --interval 10s --count 6 > minute.txt",
      "  java -jar alloydb-agent.jar watch 4711 --json --interval 30s    (one line per interval)"
    })
public final class Watch implements Callable<Integer> {
  private static final long MIN_INTERVAL_MILLIS = 100;
  private static final long MAX_INTERVAL_MILLIS = 300_000;

  /** The interval at which keys are polled, in milliseconds. */
  private static final long KEY_POLL_MILLIS = 100;

  private final Output output;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "PID", description = "The process ID of the JVM, as shown by list.")
  private long pid;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      defaultValue = "1s",
      description = "The interval, 100ms to 5m; ${DEFAULT-VALUE} if not given.")
  private long intervalMillis;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Ends after this many intervals; never if not given.")
  private @Nullable Long count;

  @Option(names = "--json", description = "Prints JSON, one line per interval.")
  private boolean json;

  @Mixin private AnywayOption anyway = new AnywayOption();

  public Watch(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws CommandException, InterruptedException {
    if (intervalMillis < MIN_INTERVAL_MILLIS || intervalMillis > MAX_INTERVAL_MILLIS) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--interval is from 100ms to 5m, found " + intervalMillis + " ms");
    }
    if (count != null && count < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--count is 1 or more, found " + count);
    }
    RunningAgent agent = RunningAgent.find(pid, anyway, spec);
    AgentLink link = agent.connect();
    try {
      return watch(agent, link);
    } finally {
      link.close();
    }
  }

  private int watch(RunningAgent agent, AgentLink link)
      throws CommandException, InterruptedException {
    AgentReport lastReport = null;
    String lossReason = "";
    View view = view(agent.name());
    try {
      long remaining = count == null ? Long.MAX_VALUE : count;
      boolean isDisconnected = false;
      while (remaining > 0 && !isDisconnected && !view.isQuit()) {
        String jsonText = link.requestStatus();
        lastReport = AgentReport.parse(jsonText);
        view.show(jsonText, lastReport);
        remaining--;
        isDisconnected = remaining > 0 && pause(link, view);
      }
      lossReason = isDisconnected ? "it closed the connection" : "";
    } catch (IOException e) {
      lossReason = String.valueOf(e.getMessage());
    } finally {
      view.close();
    }
    view.printLastReport();
    if (!lossReason.isEmpty()) {
      if (lastReport == null || !agent.hasEnded()) {
        throw new CommandException(agent.disconnectedMessage() + " (" + lossReason + ")");
      }
      output.printError(agent.name() + " has ended.");
    }
    return lastReport != null && lastReport.isHealthy() ? Commands.SUCCESS : Commands.FAILURE;
  }

  private View view(String jvm) {
    return output.isTerminal() && !json
        ? new LiveScreen(output, jvm)
        : new ScrollingView(output, jvm, json);
  }

  /**
   * Waits until the next report is due, and returns whether the agent closed the connection
   * meanwhile.
   */
  private boolean pause(AgentLink link, View view) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(intervalMillis);
    long remaining = intervalMillis;
    while (remaining > 0 && !view.isQuit()) {
      if (link.isClosedWithin((int) Math.min(KEY_POLL_MILLIS, remaining))) {
        return true;
      }
      remaining = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
    return false;
  }
}
