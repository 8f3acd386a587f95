package io.github.alloydbagent.cli;

import io.github.alloydbagent.cli.console.Output;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script for bash and zsh. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints a completion script for bash and zsh.",
    footerHeading = "%n",
    footer = {
      "Example, for ~/.bashrc:",
      "  alias alloydb-agent='java -jar /opt/alloydb-agent.jar'",
      "  source <(alloydb-agent completion)"
    })
final class Completion implements Callable<Integer> {
  private final Output output;

  @Spec private CommandSpec spec = CommandSpec.create();

  Completion(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() {
    output.printLine(AutoComplete.bash(Commands.NAME, spec.root().commandLine()));
    return Commands.SUCCESS;
  }
}
