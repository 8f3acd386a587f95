package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.cli.console.SettingsOptions;
import io.github.alloydbagent.config.SettingsException;
import io.github.alloydbagent.core.SettingsLoader;
import io.github.alloydbagent.util.Printable;
import java.io.File;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts the agent in a running JVM. */
@Command(
    name = "attach",
    mixinStandardHelpOptions = true,
    description = {
      "Adds the agent to a running JVM, with the settings given here as its arguments and those in"
          + " that JVM's own environment. Open connections are not changed.",
      "The agent stays until that JVM ends; for its next start, use the flag -javaagent.",
      "",
      "Exit codes: 0 the agent is on, 1 it is not, 2 invalid usage."
    },
    footerHeading = "%n",
    footer = {
      "Examples:",
      "  java -jar alloydb-agent.jar list",
      "  java -jar alloydb-agent.jar attach 4711 --config-file /etc/alloydb-agent.properties",
      "  java -jar alloydb-agent.jar attach 4711 --set discover=projects/P"
    })
public final class Attach implements Callable<Integer> {

  /** The system property that marks a JVM with an agent; AgentMain sets it. */
  static final String STATE_PROPERTY = "alloydb-agent";

  static final String START_FLAG_HINT = "Start that JVM with -javaagent instead.";

  private static final long RESPONSE_TIMEOUT_MILLIS = 15_000;

  /**
   * Timeout for starting the agent, in milliseconds; it weaves the classes that are loaded already.
   */
  private static final long START_TIMEOUT_MILLIS = 60_000;

  private final Output output;
  private final File jar;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "PID", description = "The process ID of the JVM, as shown by list.")
  private long pid;

  @Mixin private SettingsOptions options = new SettingsOptions();

  public Attach(Output output, File jar) {
    this.output = output;
    this.jar = jar;
  }

  @Override
  public Integer call() throws CommandException, InterruptedException {
    if (pid < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "PID must be a process ID, found " + pid);
    }
    String arguments = options.arguments(true);
    String id = String.valueOf(pid);
    AttachApi api = AttachApi.find(START_FLAG_HINT);
    JvmProcess.requireAttachable(id, api);
    try {
      Properties properties =
          TimedCall.start(() -> api.systemProperties(id)).await(RESPONSE_TIMEOUT_MILLIS);
      String existing = properties.getProperty(STATE_PROPERTY);
      if (existing != null) {
        throw new CommandException(
            "the agent is already on JVM " + id + " (" + existing + "); that one is not changed.");
      }
      SettingsLoader.ofAnotherJvm(arguments, properties, jar).call();
      String agentArguments = arguments == null ? "" : arguments;
      TimedCall.start(
              () -> {
                api.loadAgent(id, jar, agentArguments);
                return id;
              })
          .await(START_TIMEOUT_MILLIS);
      return report(
          id,
          TimedCall.start(() -> api.systemProperties(id))
              .await(RESPONSE_TIMEOUT_MILLIS)
              .getProperty(STATE_PROPERTY));
    } catch (SettingsException e) {
      throw new CommandException("no agent was added to JVM " + id + ": " + e.getMessage());
    } catch (IOException e) {
      throw new CommandException("could not attach to JVM " + id + ": " + e.getMessage());
    }
  }

  private int report(String id, @Nullable String state) throws CommandException {
    if (state == null) {
      throw new CommandException(
          "JVM "
              + id
              + " loaded the agent, which does nothing there: it is one of the JDK's own"
              + " tools.");
    }
    if (!state.endsWith(", on")) {
      throw new CommandException(
          "the agent is on JVM "
              + id
              + ", but does not work: "
              + state
              + ". That JVM's standard error, or its log-file, says why.");
    }
    output.printLine(Printable.line("The agent is on JVM " + id + " (" + state + ")."));
    return Commands.SUCCESS;
  }
}
