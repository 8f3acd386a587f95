package io.github.alloydbagent.jvm;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Configures and starts a JVM:
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
 * It inherits this process's environment except variables that would change the agent or the JVM.
 * Not safe for use by several threads.
 */
public final class Jvm {

  private final Jdk jdk;
  private final List<String> flags = new ArrayList<>();
  private final Spawn spawn = new Spawn();
  private final Set<Path> classPath = new LinkedHashSet<>();
  private final List<String> command = new ArrayList<>();

  private Jvm(Jdk jdk) {
    this.jdk = jdk;
  }

  public static Jvm of(Jdk jdk) {
    return new Jvm(jdk);
  }

  /** Returns a JVM of {@link Jdk#chosen()}. */
  public static Jvm chosen() {
    return of(Jdk.chosen());
  }

  public Jvm flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /** Adds the agent without arguments. */
  public Jvm agent() {
    return flags("-javaagent:" + Built.agentJar());
  }

  /** Adds the agent with these arguments after {@code =}. */
  public Jvm agent(String arguments) {
    return flags("-javaagent:" + Built.agentJar() + "=" + arguments);
  }

  public Jvm property(String name, String value) {
    return flags("-D" + name + "=" + value);
  }

  public Jvm environment(String name, String value) {
    spawn.environment(Map.of(name, value));
    return this;
  }

  public Jvm environment(Map<String, String> variables) {
    spawn.environment(variables);
    return this;
  }

  public Jvm classPath(Path... entries) {
    return classPath(List.of(entries));
  }

  public Jvm classPath(Collection<Path> entries) {
    classPath.addAll(entries);
    return this;
  }

  /** Sets the class to run and its arguments. */
  public Jvm main(String className, String... arguments) {
    command.clear();
    command.add(className);
    command.addAll(List.of(arguments));
    return this;
  }

  /** Sets the executable jar to run and its arguments. */
  public Jvm jar(Path jar, String... arguments) {
    command.clear();
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(List.of(arguments));
    return this;
  }

  /** Sets the program's standard input, empty by default. */
  public Jvm input(String text) {
    spawn.input(text);
    return this;
  }

  /** Sets the working directory, by default that of this process. */
  public Jvm directory(Path path) {
    spawn.directory(path);
    return this;
  }

  /** Sets the time after which the JVM and its child processes are killed, by default 60 s. */
  public Jvm deadline(Duration time) {
    spawn.deadline(time);
    return this;
  }

  /** Runs the JVM until it exits or the deadline is reached. */
  public JvmResult run() {
    try (RunningJvm jvm = start()) {
      return jvm.await();
    }
  }

  /** Starts the JVM; the caller must close it. */
  public RunningJvm start() {
    return spawn.start(commandLine());
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
}
