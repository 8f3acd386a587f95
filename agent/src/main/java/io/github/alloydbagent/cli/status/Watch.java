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

/** Shows how the agent on a JVM that runs stands, again and again. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what the command status does, live in the terminal, until q or Ctrl-C, or that JVM's"
          + " end. Where standard output is no terminal, it prints a block each time.",
      "",
      "Exit codes: as it stood last, 0 the agent is on and no instance is FAILED, 1 not so, or it"
          + " could not be asked, 2 wrong usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar watch 4711",
      "  java -jar alloydb-agent.jar watch 4711 --interval 10s --count 6 > minute.txt",
      "  java -jar alloydb-agent.jar watch 4711 --json --interval 30s    (a line each time)"
    })
public final class Watch implements Callable<Integer> {
  private static final long SHORTEST = 100;
  private static final long LONGEST = 300_000;

  /** Milliseconds after which it looks for a key. */
  private static final long SLICE = 100;

  private final Output output;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "PID", description = "The process id of the JVM; list shows them.")
  private long pid;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      defaultValue = "1s",
      description = "The time from one to the next, 100ms to 5m; ${DEFAULT-VALUE} if not given.")
  private long intervalMillis;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "Ends after so many times; never if not given.")
  private @Nullable Long count;

  @Option(names = "--json", description = "As JSON, a line each time.")
  private boolean json;

  @Mixin private AnywayOption anyway = new AnywayOption();

  public Watch(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws CommandException, InterruptedException {
    if (intervalMillis < SHORTEST || intervalMillis > LONGEST) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--interval is from 100ms to 5m, found " + intervalMillis + " ms");
    }
    if (count != null && count < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--count is 1 or more, found " + count);
    }
    RunningAgent agent = RunningAgent.on(pid, anyway, spec);
    AgentLink link = agent.call();
    try {
      return watched(agent, link);
    } finally {
      link.close();
    }
  }

  private int watched(RunningAgent agent, AgentLink link)
      throws CommandException, InterruptedException {
    AgentReport last = null;
    String lost = "";
    View view = view(agent.name());
    try {
      long left = count == null ? Long.MAX_VALUE : count;
      boolean hungUp = false;
      while (left > 0 && !hungUp && !view.isQuit()) {
        String said = link.ask();
        last = AgentReport.of(said);
        view.show(said, last);
        left--;
        hungUp = left > 0 && pause(link, view);
      }
      lost = hungUp ? "it hung up" : "";
    } catch (IOException e) {
      lost = String.valueOf(e.getMessage());
    } finally {
      view.close();
    }
    view.end();
    if (!lost.isEmpty()) {
      if (last == null || !agent.hasEnded()) {
        throw new CommandException(agent.goneWords() + " (" + lost + ")");
      }
      output.error(agent.name() + " has ended.");
    }
    return last != null && last.isWell() ? Commands.WELL : Commands.FAILED;
  }

  private View view(String jvm) {
    return output.isForTerminal() && !json
        ? new LiveScreen(output, jvm)
        : new ScrollingView(output, jvm, json);
  }

  /** Waits for the next time, and says whether the agent hung up meanwhile. */
  private boolean pause(AgentLink link, View view) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(intervalMillis);
    long left = intervalMillis;
    while (left > 0 && !view.isQuit()) {
      if (link.endsWithin((int) Math.min(SLICE, left))) {
        return true;
      }
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
    return false;
  }
}
