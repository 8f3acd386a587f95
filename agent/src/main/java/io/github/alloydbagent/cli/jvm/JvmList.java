package io.github.alloydbagent.cli.jvm;

import io.github.alloydbagent.cli.Commands;
import io.github.alloydbagent.cli.console.CommandException;
import io.github.alloydbagent.cli.console.Output;
import io.github.alloydbagent.time.Deadline;
import io.github.alloydbagent.util.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Lists the JVMs of this machine and user, and the agent's state in each. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists this user's JVMs on this machine, and whether the agent is on them. Reads each JVM's"
          + " system properties, as jinfo does, and loads nothing into it.",
    },
    footerHeading = "%n",
    footer = {
      "JVMs that were started with -XX:-UsePerfData or -XX:+DisableAttachMechanism are not listed."
    })
public final class JvmList implements Callable<Integer> {
  private static final int PID_WIDTH = 8;

  /** Timeout for all JVMs together, in milliseconds; they are queried concurrently. */
  private static final long TIMEOUT_MILLIS = 5_000;

  private final Output output;

  public JvmList(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws CommandException, InterruptedException {
    AttachApi api = AttachApi.find(Attach.START_FLAG_HINT);
    List<String[]> machines = new ArrayList<>();
    List<TimedCall<String>> states = new ArrayList<>();
    for (String[] machine : api.listJvms()) {
      if (!machine[1].contains("alloydb-agent.jar list")) { // this JVM
        machines.add(machine);
        states.add(TimedCall.start(() -> state(machine[0], api)));
      }
    }
    Deadline deadline = Deadline.inMillis(TIMEOUT_MILLIS);
    for (int i = 0; i < machines.size(); i++) {
      String state;
      try {
        state = states.get(i).await(deadline.remainingMillis());
      } catch (CommandException | IOException e) {
        state = "unknown: " + e.getMessage();
      }
      StringBuilder line = new StringBuilder(machines.get(i)[0]);
      while (line.length() < PID_WIDTH) {
        line.append(' ');
      }
      output.printLine(Printable.line(line + displayName(machines.get(i)[1]) + ": " + state));
    }
    if (machines.isEmpty()) {
      output.printLine("No other JVM of this user was found.");
    }
    return Commands.SUCCESS;
  }

  private static String state(String pid, AttachApi api) throws CommandException, IOException {
    JvmProcess.requireAttachable(pid, api);
    @Nullable String mark = api.systemProperties(pid).getProperty(Attach.STATE_PROPERTY);
    return mark == null ? "no agent" : "agent " + mark;
  }

  /**
   * Returns only the class or jar: the rest are the program's arguments, which may contain secrets.
   */
  static String displayName(String command) {
    int end = command.indexOf(' ');
    String name = end < 0 ? command : command.substring(0, end);
    return name.isEmpty() ? "(unnamed)" : name;
  }
}
