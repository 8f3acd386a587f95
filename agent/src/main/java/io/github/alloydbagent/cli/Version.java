package io.github.alloydbagent.cli;

import io.github.alloydbagent.cli.console.Output;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the versions of the agent and of its bundled libraries. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Shows the versions of the agent and of the bundled libraries.")
final class Version implements Callable<Integer> {
  private final Output output;
  private final String version;

  Version(Output output, String version) {
    this.output = output;
    this.version = version;
  }

  @Override
  public Integer call() throws IOException {
    output.printLine("AlloyDB Agent for Java " + version);
    output.printLine(
        "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
    output.printLine("Bundled:");
    for (Map.Entry<String, String> library : libraries().entrySet()) {
      output.printLine("  " + library.getKey() + " " + library.getValue());
    }
    return Commands.SUCCESS;
  }

  /** Returns the versions of the bundled libraries by name, from a file that the build writes. */
  static Map<String, String> libraries() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("libraries.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    Map<String, String> libraries = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      libraries.put(name, properties.getProperty(name, ""));
    }
    return libraries;
  }
}
