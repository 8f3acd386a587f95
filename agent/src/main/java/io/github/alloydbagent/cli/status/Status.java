package io.github.alloydbagent.cli.status;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.jvm.AgentLink;
import io.github.alloydbagent.cli.jvm.AnywayOption;
import io.github.alloydbagent.cli.jvm.RunningAgent;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the status of the agent in a running JVM. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the status of each instance that the agent on a JVM connects to: its state, address,"
          + " certificate, connection attempts and their latency, open tunnels, and last error."
          + " That JVM needs neither a port nor JMX, and gets neither.",
      "",
      "Exit codes: 0 the agent is on and no instance is FAILED, 1 otherwise, or if the agent could"
          + " not be queried, 2 invalid usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar list",
      "  java -jar alloydb-agent.jar status 4711",
      "  java -jar alloydb-agent.jar status 4711 --json",
      "",
      "For regular monitoring, use http-port or JMX: a JVM keeps a trace of each attaching."
    })
public final class Status implements Callable<Integer> {
  private final Output output;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "PID", description = "The process ID of the JVM, as shown by list.")
  private long pid;

  @Option(
      names = "--json",
      description = "Prints JSON, the same as /status.json of http-port, on one line.")
  private boolean json;

  @Mixin private AnywayOption anyway = new AnywayOption();

  public Status(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws CommandException, InterruptedException {
    RunningAgent agent = RunningAgent.find(pid, anyway, spec);
    String jsonText;
    AgentReport status;
    try (AgentLink link = agent.connect()) {
      jsonText = link.requestStatus();
      status = AgentReport.parse(jsonText);
    } catch (IOException e) {
      throw new CommandException(agent.disconnectedMessage() + " (" + e.getMessage() + ")");
    }
    if (json) {
      output.printLine(jsonText);
    } else {
      new ScrollingView(output, agent.name(), false).print(status);
    }
    return status.isHealthy() ? Commands.SUCCESS : Commands.FAILURE;
  }
}
