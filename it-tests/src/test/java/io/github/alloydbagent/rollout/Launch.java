package io.github.alloydbagent.rollout;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Script;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.xml.sax.InputSource;

/**
 * The effect of a file of {@code docs/rollout} on a JVM, determined as the program that reads the
 * file would.
 *
 * @param flags the JVM's flags
 * @param environment the JVM's environment
 */
record Launch(List<String> flags, Map<String, String> environment) {

  /** Reads a file that a shell sources and that extends a variable. */
  static Launch sourced(RolloutFile file, Jdk jdk, Path directory, String variable)
      throws IOException {
    Path copy = Files.writeString(directory.resolve("settings.sh"), file.onThisMachine());
    Path script =
        Files.writeString(
            directory.resolve("start.sh"),
            variable
                + "=-Dkept=true; . "
                + copy
                + "; for each in $"
                + variable
                + "; do echo \"$each\"; done\n");
    Script.of(jdk, Path.of("sh"), "-n", copy.toString()).run().checkSucceeded();
    JvmResult result = Script.of(jdk, Path.of("sh"), script.toString()).run().checkSucceeded();
    List<String> flags = result.outLines();
    if (!flags.contains("-Dkept=true")) {
      throw new AssertionError(
          file + " does not keep the previous value of " + variable + ": " + flags);
    }
    return new Launch(flags, Map.of());
  }

  /** Reads a systemd drop-in. */
  static Launch dropIn(RolloutFile file) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String line : file.onThisMachine().lines().toList()) {
      if (line.startsWith("Environment=")) {
        String[] pair = line.substring("Environment=".length()).split("=", 2);
        environment.put(pair[0], pair[1]);
      }
    }
    return new Launch(List.of(), environment);
  }

  /**
   * Runs a script that calls {@code docker run}, with a replacement for {@code docker} that records
   * the call.
   */
  static Launch docker(RolloutFile file, Jdk jdk, Path directory) throws IOException {
    Path docker =
        Files.writeString(
            directory.resolve("docker"), "#!/bin/sh\nfor each; do echo \"$each\"; done\n");
    if (!docker.toFile().setExecutable(true)) {
      throw new IOException(docker + " cannot be made executable");
    }
    Path copy = Files.writeString(directory.resolve("run.sh"), file.onThisMachine());
    List<String> words =
        Script.of(jdk, Path.of("sh"), copy.toString())
            .environment("PATH", directory + ":" + System.getenv("PATH"))
            .run()
            .checkSucceeded()
            .outLines();
    Map<String, String> environment = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("--env")) {
        String[] pair = words.get(i + 1).split("=", 2);
        environment.put(pair[0], pair[1]);
      }
    }
    return new Launch(List.of(), environment);
  }

  /** Reads the {@code ENV} of an image. */
  static Launch image(RolloutFile file) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (Dockerfile.Instruction each : Dockerfile.of(file.onThisMachine()).all("ENV")) {
      for (String argument : each.arguments()) {
        String[] pair = argument.split("=", 2);
        environment.put(pair[0], pair[1]);
      }
    }
    return new Launch(List.of(), environment);
  }

  /** Reads a file with a flag on each line; other lines are the program's own or comments. */
  static Launch lines(RolloutFile file) throws IOException {
    return new Launch(
        file.onThisMachine().lines().filter(line -> line.startsWith("-javaagent:")).toList(),
        Map.of());
  }

  /** Reads a service of WinSW. */
  static Launch winSw(RolloutFile file) throws Exception {
    var document =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(file.onThisMachine())));
    String arguments = document.getElementsByTagName("arguments").item(0).getTextContent();
    List<String> flags = new ArrayList<>(Arrays.asList(arguments.split(" ")));
    return new Launch(List.copyOf(flags.subList(0, flags.indexOf("-jar"))), Map.of());
  }

  /** Reads a command of Commons Daemon. */
  static Launch procrun(RolloutFile file) throws IOException {
    Matcher option = Pattern.compile("\\+\\+JvmOptions=(\\S+)").matcher(file.onThisMachine());
    List<String> flags = option.results().map(each -> each.group(1)).toList();
    return new Launch(flags, Map.of());
  }
}
