package io.github.alloydbagent.jvm;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts processes with a clean environment. */
final class Spawn {

  /** Prefixes of variables that a spawned JVM does not inherit. */
  private static final List<String> CLEARED =
      List.of(
          "ALLOYDB_",
          "GOOGLE_",
          "CLOUDSDK_",
          "GCE_METADATA_",
          "GCLOUD_",
          "NO_GCE_CHECK",
          "K_SERVICE",
          "PG",
          "CLASSPATH",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS");

  private final Map<String, String> environment = new HashMap<>();
  private Duration deadline = Duration.ofSeconds(60);
  private String input = "";
  private @Nullable Path directory;

  void environment(Map<String, String> variables) {
    environment.putAll(variables);
  }

  void input(String text) {
    input = text;
  }

  void directory(Path path) {
    directory = path;
  }

  void deadline(Duration time) {
    deadline = time;
  }

  RunningJvm start(List<String> commandLine) {
    ProcessBuilder builder = new ProcessBuilder(commandLine);
    builder.environment().keySet().removeIf(Spawn::isCleared);
    // otherwise a developer's own gcloud login would be found
    builder.environment().put("CLOUDSDK_CONFIG", new File("target/no-gcloud").getAbsolutePath());
    builder.environment().put("LC_ALL", "C.UTF-8"); // the output of programs is decoded as UTF-8
    builder.environment().putAll(environment);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    try {
      return new RunningJvm(builder.start(), builder.command(), input, deadline);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isCleared(String variable) {
    return CLEARED.stream().anyMatch(variable::startsWith);
  }
}
