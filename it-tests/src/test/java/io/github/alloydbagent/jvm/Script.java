package io.github.alloydbagent.jvm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that starts a JVM by itself, such as the start script of a server: it finds the JDK by
 * {@code JAVA_HOME}, and takes what else it heeds from the environment. As with {@link Jvm}, that
 * has nothing of this process's that would change the agent or the JVM.
 */
public final class Script {

  private final List<String> commandLine = new ArrayList<>();
  private final Spawn spawn = new Spawn();

  private Script(Jdk jdk, Path program, String... arguments) {
    commandLine.add(program.toString());
    commandLine.addAll(List.of(arguments));
    spawn.environment(Map.of("JAVA_HOME", jdk.home().toString()));
  }

  public static Script of(Jdk jdk, Path program, String... arguments) {
    return new Script(jdk, program, arguments);
  }

  public Script environment(String name, String value) {
    spawn.environment(Map.of(name, value));
    return this;
  }

  public Script environment(Map<String, String> variables) {
    spawn.environment(variables);
    return this;
  }

  /** The working directory; this process's own unless said. */
  public Script directory(Path path) {
    spawn.directory(path);
    return this;
  }

  /** After this time (60 s unless said) it and what it started are killed. */
  public Script deadline(Duration time) {
    spawn.deadline(time);
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
    return spawn.start(commandLine);
  }
}
