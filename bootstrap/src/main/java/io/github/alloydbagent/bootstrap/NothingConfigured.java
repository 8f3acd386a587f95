package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether nobody set anything here, as in most of the JVMs that an agent in {@code
 * JAVA_TOOL_OPTIONS} is put on: those need none of the agent's classes to know that there is
 * nothing to do. What it means if something is set, {@code config} knows.
 */
final class NothingConfigured {

  /** Once names of settings that map hosts: whoever sets one of them gets to know the new name. */
  private static final String[] PROPERTIES = {
    "alloydb.instances", "alloydb.discover", "alloydb.config-file"
  };

  /** The one setting that has a short name, and again former names. */
  private static final String[] VARIABLES = {
    "ALLOYDB_INSTANCES", "ALLOYDB_DISCOVER", "ALLOYDB_CONFIG_FILE"
  };

  private NothingConfigured() {}

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
        && !hasSetting(systemProperties, "alloydb.agent.", PROPERTIES)
        && !hasSetting(environment, "ALLOYDB_AGENT_", VARIABLES)
        && !isThere(new File(jar.getParentFile(), "alloydb-agent.properties"));
  }

  /** Also a link to what is not there yet: whoever made it meant to set something. */
  private static boolean isThere(File file) {
    return file.exists() || Files.isSymbolicLink(file.toPath());
  }

  private static boolean hasSetting(Iterable<String> names, String prefix, String[] others) {
    for (String name : names) {
      if (name.startsWith(prefix)) {
        return true;
      }
      for (String other : others) {
        if (name.equals(other)) {
          return true;
        }
      }
    }
    return false;
  }
}
