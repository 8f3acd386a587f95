package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings any number of times. Only the settings file is read again; the other sources
 * keep the values they had when the JVM started.
 */
public final class SettingsLoader implements Callable<Settings> {
  private final @Nullable String arguments;
  private final Map<String, String> properties;
  private final Map<String, String> environment;
  private final File jarDirectory;

  private SettingsLoader(
      @Nullable String arguments,
      Map<String, String> properties,
      Map<String, String> environment,
      File jar) {
    this.arguments = arguments;
    this.properties = properties;
    this.environment = environment;
    File parent = jar.getAbsoluteFile().getParentFile();
    this.jarDirectory = parent == null ? new File(".") : parent;
  }

  /**
   * Returns a loader for the settings of this JVM.
   *
   * @param arguments the agent arguments
   * @param jar the agent's jar
   */
  public static SettingsLoader ofThisJvm(@Nullable String arguments, File jar) {
    return new SettingsLoader(arguments, strings(System.getProperties()), System.getenv(), jar);
  }

  /**
   * Returns a loader for the settings of another JVM, without its environment variables, which are
   * not visible from outside.
   */
  public static SettingsLoader ofAnotherJvm(
      @Nullable String arguments, Properties properties, File jar) {
    return new SettingsLoader(arguments, strings(properties), new HashMap<>(), jar);
  }

  @Override
  public Settings call() throws SettingsException {
    return Settings.read(arguments, properties, environment, jarDirectory);
  }

  /** Applications may put values other than strings into the system properties. */
  private static Map<String, String> strings(Properties properties) {
    Map<String, String> strings = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith("alloydb.")) {
        String value = properties.getProperty(name);
        if (value != null) {
          strings.put(name, value);
        }
      }
    }
    return strings;
  }
}
