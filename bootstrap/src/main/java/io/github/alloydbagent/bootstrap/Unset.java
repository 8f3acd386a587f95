package io.github.alloydbagent.bootstrap;

import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether nobody set anything here, as in most of the JVMs that an agent in {@code
 * JAVA_TOOL_OPTIONS} is put on: those need none of the agent's classes to know that there is
 * nothing to do. What it means if something is set, {@code config} knows.
 */
final class Unset {

  private Unset() {}

  /** Whether none of the four places where settings come from has one. */
  static boolean everywhere(@Nullable String arguments, File jar) {
    return everywhere(
        arguments, System.getProperties().stringPropertyNames(), System.getenv().keySet(), jar);
  }

  static boolean everywhere(
      @Nullable String arguments,
      Iterable<String> systemProperties,
      Iterable<String> environment,
      File jar) {
    return (arguments == null || arguments.isEmpty())
        && !hasPrefix(systemProperties, "alloydb.agent.")
        && !hasPrefix(environment, "ALLOYDB_AGENT_")
        && !hasPrefix(environment, "ALLOYDB_INSTANCES")
        && !new File(jar.getParentFile(), "alloydb-agent.properties").exists();
  }

  private static boolean hasPrefix(Iterable<String> names, String prefix) {
    for (String name : names) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
