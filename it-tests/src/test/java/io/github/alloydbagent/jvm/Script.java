package io.github.alloydbagent.jvm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program that starts a JVM itself, such as the start script of a server: it finds the JDK
 * through {@code JAVA_HOME} and reads other settings from the environment. Like {@link Jvm}, it
 * does not inherit variables that would change the agent or the JVM.
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

  /** Sets the working directory, by default that of this process. */
  public Script directory(Path path) {
    spawn.directory(path);
    return this;
  }

  /** Sets the time after which the script and its child processes are killed, by default 60 s. */
  public Script deadline(Duration time) {
    spawn.deadline(time);
    return this;
  }

  /** Runs the script until it exits or the deadline is reached. */
  public JvmResult run() {
    try (RunningJvm jvm = start()) {
      return jvm.await();
    }
  }

  /** Starts the script; the caller must close it. */
  public RunningJvm start() {
    return spawn.start(commandLine);
  }
}
