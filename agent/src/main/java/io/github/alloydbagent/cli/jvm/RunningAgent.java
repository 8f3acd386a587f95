package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.console.CommandException;
import java.io.File;
import java.io.IOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The agent on another JVM, for who wants to know how it stands. A JVM without one gets none: this
 * looks at its system properties first, as {@code list} does.
 */
public final class RunningAgent {

  /** The jar that the agent there came from, if it is one that can be asked; AgentMain sets it. */
  private static final String JAR = Attach.MARK + ".jar";

  private static final String OTHER_WAY =
      "What is asked for here can be seen there through JMX, too, or with http-port"
          + " (docs/operations.md).";

  /** Milliseconds for an answer. */
  private static final long PATIENCE = 15_000;

  /** Milliseconds for a JVM to end that has closed its connections. */
  private static final long END = 2_000;

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
   * The agent in a running JVM.
   *
   * @throws CommandException if there is none that could be asked; says why
   */
  public static RunningAgent on(long number, AnywayOption anyway, CommandSpec spec)
      throws CommandException, InterruptedException {
    if (number < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "PID is the number of a process, found " + number);
    }
    AttachApi api = AttachApi.find(OTHER_WAY);
    String pid = String.valueOf(number);
    JvmProcess.check(pid, api);
    Properties properties;
    try {
      properties = TimedCall.to(() -> api.properties(pid)).within(PATIENCE);
    } catch (IOException e) {
      throw new CommandException("could not ask JVM " + pid + ": " + e.getMessage());
    }
    String name =
        "JVM " + pid + " (" + JvmList.name(properties.getProperty("sun.java.command", "")) + ")";
    String mark = properties.getProperty(Attach.MARK);
    String jar = properties.getProperty(JAR);
    if (mark == null || jar == null) {
      throw new CommandException(absent(name, mark));
    }
    anyway.check(name, properties, OTHER_WAY);
    return new RunningAgent(pid, name, new File(jar), api);
  }

  private static String absent(String name, @Nullable String mark) {
    if (mark == null) {
      return name
          + " has no agent. Put it there at its start, with -javaagent, or while it runs, with the"
          + " command attach.";
    }
    String agent = "the agent on " + name;
    if (mark.endsWith(", nothing to do")) {
      return agent
          + " has nothing to do: no host is mapped there. Set instances, and start that JVM anew.";
    }
    if (mark.endsWith(", switched off")) {
      return agent + " is switched off: enabled is false there.";
    }
    if (mark.endsWith(", could not start")) {
      return agent + " could not start; that JVM's standard error says why.";
    }
    return agent + " (" + mark + ") is of a version that this command cannot ask. " + OTHER_WAY;
  }

  /** For people. */
  public String name() {
    return name;
  }

  /** Has the agent connect to this command; the caller closes it. */
  public AgentLink call() throws CommandException, InterruptedException {
    try {
      return AgentLink.to(
          argument ->
              TimedCall.to(
                      () -> {
                        api.load(pid, jar, argument);
                        return pid;
                      })
                  .within(PATIENCE));
    } catch (IOException e) {
      throw new CommandException(
          "could not ask the agent on " + name + ", from " + jar + ": " + e.getMessage());
    }
  }

  /** Whether the JVM has; if it is about to, this waits for it. */
  public boolean hasEnded() throws CommandException, InterruptedException {
    return JvmProcess.endsWithin(END, pid, api);
  }

  /** What it means that the agent has hung up. */
  public String goneWords() throws CommandException, InterruptedException {
    return hasEnded()
        ? name + " has ended."
        : "the agent on " + name + " does not answer any more.";
  }
}
