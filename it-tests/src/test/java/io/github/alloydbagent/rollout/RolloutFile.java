package io.github.alloydbagent.rollout;

import io.github.alloydbagent.jvm.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of {@code docs/rollout}.
 *
 * @param name the path below that directory, for example {@code tomcat/setenv.sh}
 */
public record RolloutFile(String name) {
  /** The path of the jar in the files. */
  static final String JAR = "/opt/alloydb-agent/alloydb-agent.jar";

  static final String WINDOWS_JAR = "C:\\alloydb-agent\\alloydb-agent.jar";

  private static final Path DIRECTORY = Path.of("..", "docs", "rollout");

  /** Returns all files. */
  static List<RolloutFile> all() throws IOException {
    try (Stream<Path> files = Files.walk(DIRECTORY)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> DIRECTORY.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .map(RolloutFile::new)
          .toList();
    }
  }

  Path path() {
    return DIRECTORY.resolve(name);
  }

  /** Returns the text of the file, as users copy it. */
  String text() throws IOException {
    return Files.readString(path());
  }

  /**
   * Returns the text with the path of this build's jar.
   *
   * @throws IllegalStateException if the file does not contain the path of the jar
   */
  public String onThisMachine() throws IOException {
    String text = text();
    if (!text.contains(JAR) && !text.contains(WINDOWS_JAR)) {
      throw new IllegalStateException(path() + " does not name " + JAR);
    }
    String jar = Built.agentJar().toString();
    return text.replace(JAR, jar).replace(WINDOWS_JAR, jar);
  }

  @Override
  public String toString() {
    return name;
  }
}
