package io.github.alloydbagent.cli;

import io.github.alloydbagent.cli.check.Check;
import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.jvm.Attach;
import io.github.alloydbagent.cli.jvm.JvmList;
import io.github.alloydbagent.cli.status.Status;
import io.github.alloydbagent.cli.status.Watch;
import java.io.File;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line, {@code java -jar alloydb-agent.jar COMMAND}. */
@Command(
    name = Commands.NAME,
    mixinStandardHelpOptions = true,
    description =
        "Connects JVMs to Google AlloyDB, and checks in advance that connections would work.",
    synopsisHeading = "Usage: ",
    descriptionHeading = "%n",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%n",
    footer = {
      "To add the agent to a JVM, use this flag:",
      "  java -javaagent:alloydb-agent.jar -jar your-application.jar",
      "",
      "Examples:",
      "  export ALLOYDB_INSTANCES=my-db=projects/P/locations/L/clusters/C/instances/I",
      "  java -jar alloydb-agent.jar check",
      "  java -jar alloydb-agent.jar config --config-file agent.properties",
      "  java -jar alloydb-agent.jar help check"
    },
    subcommands = CommandLine.HelpCommand.class)
public final class Commands implements Callable<Integer> {
  public static final String NAME = "alloydb-agent";

  /** Exit codes, for scripts and init containers. */
  public static final int SUCCESS = 0;

  public static final int FAILURE = 1;
  static final int INVALID_USAGE = 2;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Commands() {}

  /**
   * Returns a command to run, whose result is the exit code: 0 on success, 1 if the command failed,
   * 2 if the command line is invalid. Called by reflection.
   *
   * @param jar the agent's jar
   */
  public static Callable<Integer> of(String[] arguments, File jar, String version) {
    return () -> commandLine(new Output(System.out, System.err), jar, version).execute(arguments);
  }

  static CommandLine commandLine(Output output, File jar, String version) {
    CommandLine line = new CommandLine(new Commands());
    line.addSubcommand(new Check(output, jar, version));
    line.addSubcommand(new Config(output, jar));
    line.addSubcommand(new Attach(output, jar));
    line.addSubcommand("list", new JvmList(output));
    line.addSubcommand(new Status(output));
    line.addSubcommand(new Watch(output));
    line.addSubcommand(new Version(output, version));
    line.addSubcommand(new Completion(output));
    line.setColorScheme(
        Help.defaultColorScheme(output.usesColors() ? Help.Ansi.ON : Help.Ansi.OFF));
    line.getCommandSpec().version("AlloyDB Agent for Java " + version);
    for (CommandLine subcommand : line.getSubcommands().values()) {
      subcommand.getCommandSpec().version("AlloyDB Agent for Java " + version);
    }
    line.setOut(writer(output.out()));
    line.setErr(writer(output.err()));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          output.printError(
              e instanceof CommandException
                  ? String.valueOf(e.getMessage())
                  : "could not " + command.getCommandName() + ": " + e);
          return FAILURE;
        });
    return line;
  }

  @SuppressWarnings("DefaultCharset") // same charset as the stream
  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true);
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return SUCCESS;
  }
}
