package io.github.alloydbagent.core;

import io.github.alloydbagent.config.Settings;
import io.github.alloydbagent.config.SettingsException;
import java.io.File;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Reads the settings, any number of times: all but their file are those of the JVM's start. */
final class SettingsReading implements Callable<Settings> {
  private final @Nullable String arguments;
  private final Map<String, String> properties;
  private final Map<String, String> environment;
  private final File folder;

  SettingsReading(
      @Nullable String arguments,
      Map<String, String> properties,
      Map<String, String> environment,
      File folder) {
    this.arguments = arguments;
    this.properties = properties;
    this.environment = environment;
    this.folder = folder;
  }

  @Override
  public Settings call() throws SettingsException {
    return Settings.read(arguments, properties, environment, folder);
  }
}
