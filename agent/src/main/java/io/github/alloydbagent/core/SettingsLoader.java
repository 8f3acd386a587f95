package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Reads the settings, any number of times: all but their file are those of the JVM's start. */
public final class SettingsLoader implements Callable<Settings> {
  private final @Nullable String arguments;
  private final Map<String, String> properties;
  private final Map<String, String> environment;
  private final File folder;

  private SettingsLoader(
      @Nullable String arguments,
      Map<String, String> properties,
      Map<String, String> environment,
      File jar) {
    this.arguments = arguments;
    this.properties = properties;
    this.environment = environment;
    File parent = jar.getAbsoluteFile().getParentFile();
    this.folder = parent == null ? new File(".") : parent;
  }

  /**
   * The settings of this JVM.
   *
   * @param arguments the agent's
   * @param jar the agent's own
   */
  public static SettingsLoader ofThisJvm(@Nullable String arguments, File jar) {
    return new SettingsLoader(arguments, strings(System.getProperties()), System.getenv(), jar);
  }

  /** The settings of another JVM, as far as one can see them from outside. */
  public static SettingsLoader ofAnotherJvm(
      @Nullable String arguments, Properties properties, File jar) {
    return new SettingsLoader(arguments, strings(properties), new HashMap<>(), jar);
  }

  @Override
  public Settings call() throws SettingsException {
    return Settings.read(arguments, properties, environment, folder);
  }

  /** An application may put other things than strings into its system properties. */
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
