package io.github.alloydbagent.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The instructions of a Dockerfile. */
record Dockerfile(List<Instruction> instructions) {

  /**
   * All instructions, except {@code MAINTAINER} and {@code ONBUILD}, which the project's files
   * should not use.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "ADD",
          "ARG",
          "CMD",
          "COPY",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "FROM",
          "HEALTHCHECK",
          "LABEL",
          "RUN",
          "SHELL",
          "STOPSIGNAL",
          "USER",
          "VOLUME",
          "WORKDIR");

  /**
   * @param flags the arguments that begin with {@code --}
   * @param arguments the other arguments
   */
  record Instruction(String name, List<String> flags, List<String> arguments) {}

  static Dockerfile of(String text) {
    List<Instruction> instructions = new ArrayList<>();
    String joined = text.replace("\\\n", " ");
    for (String line : joined.lines().filter(each -> !each.isBlank()).toList()) {
      if (!line.startsWith("#")) {
        instructions.add(instruction(line));
      }
    }
    return new Dockerfile(instructions);
  }

  private static Instruction instruction(String line) {
    List<String> words = List.of(line.trim().split("\\s+"));
    String name = words.get(0);
    if (!KNOWN.contains(name)) {
      throw new IllegalArgumentException("no instruction of a Dockerfile: " + line);
    }
    List<String> rest = words.subList(1, words.size());
    List<String> flags = rest.stream().takeWhile(each -> each.startsWith("--")).toList();
    return new Instruction(name, flags, rest.subList(flags.size(), rest.size()));
  }

  /** Returns the only instruction with this name. */
  Instruction only(String name) {
    List<Instruction> all = all(name);
    if (all.size() != 1) {
      throw new AssertionError("expected exactly one " + name + " in " + instructions);
    }
    return all.get(0);
  }

  List<Instruction> all(String name) {
    return instructions.stream().filter(each -> each.name().equals(name)).toList();
  }
}
