package io.github.alloydbagent.bootstrap;

import java.io.File;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether no setting exists in this JVM, without loading any other of the agent's classes.
 * That is the case in most JVMs that load the agent because of {@code JAVA_TOOL_OPTIONS}. If a
 * setting exists, {@code config} interprets it.
 */
final class NothingConfigured {

  /**
   * Former names of settings that map hosts; the agent starts in order to report their new names.
   */
  private static final String[] FORMER_PROPERTIES = {
    "alloydb.instances", "alloydb.discover", "alloydb.config-file"
  };

  /** The short name of the setting {@code instances}, and former names of settings. */
  private static final String[] VARIABLES = {
    "ALLOYDB_INSTANCES", "ALLOYDB_DISCOVER", "ALLOYDB_CONFIG_FILE"
  };

  private NothingConfigured() {}

  /** Returns whether none of the four sources of settings contains one. */
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
        && !hasSetting(systemProperties, "alloydb.agent.", FORMER_PROPERTIES)
        && !hasSetting(environment, "ALLOYDB_AGENT_", VARIABLES)
        && !isUnreadable(environment)
        && !existsOrIsLink(new File(jar.getParentFile(), "alloydb-agent.properties"));
  }

  /**
   * Returns whether the names were decoded with a charset that does not contain ASCII: up to Java
   * 17, {@code -Dfile.encoding=UTF-16} applies to the environment as well. Some name of every real
   * environment contains a letter.
   */
  private static boolean isUnreadable(Iterable<String> names) {
    boolean hasOtherCharacter = false;
    for (String name : names) {
      for (int i = 0; i < name.length(); i++) {
        char c = name.charAt(i);
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
          return false;
        }
        hasOtherCharacter |= c > '~';
      }
    }
    return hasOtherCharacter;
  }

  /** Accepts a dangling symbolic link as well: it shows that a settings file is intended. */
  private static boolean existsOrIsLink(File file) {
    return file.exists() || Files.isSymbolicLink(file.toPath());
  }

  private static boolean hasSetting(Iterable<String> names, String prefix, String[] otherNames) {
    for (String name : names) {
      if (name.startsWith(prefix)) {
        return true;
      }
      for (String otherName : otherNames) {
        if (name.equals(otherName)) {
          return true;
        }
      }
    }
    return false;
  }
}
