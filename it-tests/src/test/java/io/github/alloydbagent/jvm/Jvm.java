package io.github.alloydbagent.jvm;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JVM to be started:
 *
 * <pre>{@code
 * JvmResult result =
 *     Jvm.of(Jdk.require(8))
 *         .agent()
 *         .environment("ALLOYDB_INSTANCES", "orders-db=projects/...")
 *         .classPath(Built.apps(), Built.driver("42.2.5"))
 *         .main("apps.OrdersProgram", "jdbc:postgresql://orders-db/postgres", "app", "secret")
 *         .run();
 * }</pre>
 *
 * Its environment is this process's without what would change the agent or the JVM. Not safe for
 * use by several threads.
 */
public final class Jvm {

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

  private final Jdk jdk;
  private final List<String> flags = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Set<Path> classPath = new LinkedHashSet<>();
  private final List<String> command = new ArrayList<>();
  private Duration deadline = Duration.ofSeconds(60);
  private String input = "";
  private @Nullable Path directory;

  private Jvm(Jdk jdk) {
    this.jdk = jdk;
  }

  public static Jvm of(Jdk jdk) {
    return new Jvm(jdk);
  }

  /** A JVM of the JDK that runs the tests. */
  public static Jvm running() {
    return of(Jdk.running());
  }

  public Jvm flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** With the agent, without arguments. */
  public Jvm agent() {
    return flags("-javaagent:" + Built.agentJar());
  }

  /** With the agent and what follows {@code =}. */
  public Jvm agent(String arguments) {
    return flags("-javaagent:" + Built.agentJar() + "=" + arguments);
  }

  public Jvm property(String name, String value) {
    return flags("-D" + name + "=" + value);
  }

  public Jvm environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  public Jvm environment(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  public Jvm classPath(Path... entries) {
    return classPath(List.of(entries));
  }

  public Jvm classPath(Collection<Path> entries) {
    classPath.addAll(entries);
    return this;
  }

  /** The class to run, and its arguments. */
  public Jvm main(String className, String... arguments) {
    command.clear();
    command.add(className);
    command.addAll(List.of(arguments));
    return this;
  }

  /** What the program reads from standard input; nothing unless said. */
  public Jvm input(String text) {
    input = text;
    return this;
  }

  /** The working directory; this process's own unless said. */
  public Jvm directory(Path path) {
    directory = path;
    return this;
  }

  /** After this time (60 s unless said) the JVM and what it started are killed. */
  public Jvm deadline(Duration time) {
    deadline = time;
    return this;
  }

  /** Runs it to its end, or to the deadline. */
  public JvmResult run() {
    try (RunningJvm jvm = start()) {
      return jvm.await();
    }
  }

  /** Starts it; the caller closes it. */
  public RunningJvm start() {
    ProcessBuilder builder = new ProcessBuilder(commandLine());
    builder.environment().keySet().removeIf(Jvm::isCleared);
    // or a developer's own gcloud login would be found
    builder.environment().put("CLOUDSDK_CONFIG", new File("target/no-gcloud").getAbsolutePath());
    builder.environment().put("LC_ALL", "C.UTF-8"); // what the programs print is read as UTF-8
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

  private List<String> commandLine() {
    List<String> line = new ArrayList<>();
    line.add(jdk.java().toString());
    line.addAll(flags);
    if (!classPath.isEmpty()) {
      line.add("-cp");
      line.add(
          classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }
    line.addAll(command);
    return line;
  }

  static boolean isCleared(String variable) {
    return CLEARED.stream().anyMatch(variable::startsWith);
  }
}
