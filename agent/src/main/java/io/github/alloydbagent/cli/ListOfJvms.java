package io.github.alloydbagent.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Lists the JVMs of this machine and user, and how the agent stands on them. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the JVMs of this user here, and whether the agent is on them. It asks each JVM for its"
          + " system properties, as jinfo does, and loads nothing into it.",
    },
    footerHeading = "%n",
    footer = {
      "JVMs that were started with -XX:-UsePerfData or -XX:+DisableAttachMechanism are not seen."
    })
final class ListOfJvms implements Callable<Integer> {
  private static final int WIDTH = 8;

  private final Output output;

  ListOfJvms(Output output) {
    this.output = output;
  }

  @Override
  public Integer call() throws CommandException {
    AttachApi api = AttachApi.find();
    List<String> lines = new ArrayList<>();
    for (String[] machine : api.machines()) {
      String state;
      try {
        JvmProcess.check(machine[0], api);
        if (machine[1].contains("alloydb-agent.jar list")) {
          continue; // this one
        }
        @Nullable String mark = api.properties(machine[0]).getProperty(Attach.MARK);
        state = mark == null ? "no agent" : "agent " + mark;
      } catch (CommandException | IOException e) {
        state = "not known: " + e.getMessage();
      }
      StringBuilder line = new StringBuilder(machine[0]);
      while (line.length() < WIDTH) {
        line.append(' ');
      }
      lines.add(line + name(machine[1]) + ": " + state);
    }
    if (lines.isEmpty()) {
      output.line("There is no other JVM of this user here.");
    }
    lines.forEach(output::line);
    return Commands.WELL;
  }

  /** The class or jar alone: what follows are the program's arguments, perhaps secrets. */
  private static String name(String command) {
    int end = command.indexOf(' ');
    String name = end < 0 ? command : command.substring(0, end);
    return name.isEmpty() ? "(unnamed)" : name;
  }
}
