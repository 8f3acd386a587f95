package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.File;
import java.io.IOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The agent in another JVM, for requesting its status. Loads nothing into a JVM without an agent:
 * checks the JVM's system properties first, as {@code list} does.
 */
public final class RunningAgent {

  /**
   * The system property with the path of the running agent's jar, if the agent supports status
   * requests; AgentMain sets it.
   */
  private static final String JAR_PROPERTY = Attach.STATE_PROPERTY + ".jar";

  private static final String ALTERNATIVE =
      "The same status is available through JMX, or over HTTP with http-port (docs/operations.md).";

  private static final long RESPONSE_TIMEOUT_MILLIS = 15_000;

  /** Timeout for the end of a JVM that has closed its connections, in milliseconds. */
  private static final long EXIT_TIMEOUT_MILLIS = 2_000;

  private final String pid;
  private final String name;
  private final File jar;
  private final AttachApi api;

  private RunningAgent(String pid, String name, File jar, AttachApi api) {
    this.pid = pid;
    this.name = name;
    this.jar = jar;
    this.api = api;
  }

  /**
   * Returns the agent in a running JVM.
   *
   * @throws CommandException if there is no agent or it does not support status requests; the
   *     message gives the reason
   */
  public static RunningAgent find(long number, AnywayOption anyway, CommandSpec spec)
      throws CommandException, InterruptedException {
    if (number < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "PID must be a process ID, found " + number);
    }
    AttachApi api = AttachApi.find(ALTERNATIVE);
    String pid = String.valueOf(number);
    JvmProcess.requireAttachable(pid, api);
    Properties properties;
    try {
      properties = TimedCall.start(() -> api.systemProperties(pid)).await(RESPONSE_TIMEOUT_MILLIS);
    } catch (IOException e) {
      throw new CommandException("could not query JVM " + pid + ": " + e.getMessage());
    }
    String name =
        "JVM "
            + pid
            + " ("
            + JvmList.displayName(properties.getProperty("sun.java.command", ""))
            + ")";
    String mark = properties.getProperty(Attach.STATE_PROPERTY);
    String jar = properties.getProperty(JAR_PROPERTY);
    if (mark == null || jar == null) {
      throw new CommandException(unavailableMessage(name, mark));
    }
    anyway.requireAllowed(name, properties, ALTERNATIVE);
    return new RunningAgent(pid, name, new File(jar), api);
  }

  private static String unavailableMessage(String name, @Nullable String mark) {
    if (mark == null) {
      return name
          + " has no agent. Start it with -javaagent, or add the agent with the command attach.";
    }
    String agent = "the agent on " + name;
    if (mark.endsWith(", nothing to do")) {
      return agent
          + " has nothing to do: no host is mapped there. Set instances, and restart that JVM.";
    }
    if (mark.endsWith(", switched off")) {
      return agent + " is disabled: enabled is false there.";
    }
    if (mark.endsWith(", could not start")) {
      return agent + " could not start; that JVM's standard error says why.";
    }
    return agent
        + " ("
        + mark
        + ") is of a version that this command does not support. "
        + ALTERNATIVE;
  }

  /** Returns a name of the JVM for messages. */
  public String name() {
    return name;
  }

  /** Makes the agent connect to this command; the caller must close the connection. */
  public AgentLink connect() throws CommandException, InterruptedException {
    try {
      return AgentLink.accept(
          argument ->
              TimedCall.start(
                      () -> {
                        api.loadAgent(pid, jar, argument);
                        return pid;
                      })
                  .await(RESPONSE_TIMEOUT_MILLIS));
    } catch (IOException e) {
      throw new CommandException(
          "could not query the agent on " + name + ", from " + jar + ": " + e.getMessage());
    }
  }

  /** Returns whether the JVM has ended; waits for it if it is about to end. */
  public boolean hasEnded() throws CommandException, InterruptedException {
    return JvmProcess.exitsWithin(EXIT_TIMEOUT_MILLIS, pid, api);
  }

  /** Returns a message that explains why the agent closed the connection. */
  public String disconnectedMessage() throws CommandException, InterruptedException {
    return hasEnded() ? name + " has ended." : "the agent on " + name + " no longer responds.";
  }
}
