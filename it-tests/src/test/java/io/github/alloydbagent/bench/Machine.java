package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Describes the machine of the measurement. */
final class Machine {
  private Machine() {}

  /**
   * Returns, for example, {@code 2 cores of Some CPU, 8 GB, Linux 6.1, load average 0.12 at the
   * start}.
   */
  static String describe() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).trim())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
    long kilobytes =
        Files.readAllLines(Path.of("/proc/meminfo")).stream()
            .filter(line -> line.startsWith("MemTotal:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElse(0);
    return Runtime.getRuntime().availableProcessors()
        + " cores of "
        + model
        + ", "
        + Math.round(kilobytes / 1048576.0)
        + " GB, "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version").replaceAll("-.*", "");
  }

  /** Returns the load average of one minute. */
  static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  /** Returns the version that a JVM reports. */
  static String version(Jdk jdk) {
    JvmResult asked = Jvm.of(jdk).flags("-version").run().checkSucceeded();
    List<String> lines = asked.errLines();
    return lines.get(1).replaceAll(" \\(.*?build ", " (");
  }
}
