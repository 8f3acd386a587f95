package io.github.alloydbagent.config;

import java.io.File;
import org.jspecify.annotations.Nullable;

/** The settings have mistakes; the message lists all of them, a line each. */
public final class SettingsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String logLevel;
  private final @Nullable File logFile;
  private final boolean logJson;

  SettingsException(String message, String logLevel, @Nullable File logFile, boolean logJson) {
    super(message);
    this.logLevel = logLevel;
    this.logFile = logFile;
    this.logJson = logJson;
  }

  /** The level asked for, or the default if that is a mistake too. */
  public String logLevel() {
    return logLevel;
  }

  /** The file asked for; null for standard error, and if the file is a mistake too. */
  public @Nullable File logFile() {
    return logFile;
  }

  /** Whether JSON is asked for. */
  public boolean isLogJson() {
    return logJson;
  }
}
