package io.github.alloydbagent.config;

import java.io.File;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports that settings are invalid; the message lists all errors, one per line. */
public final class SettingsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<String> warnings;
  private final transient List<String> notices;
  private final boolean mayMapHosts;
  private final String logLevel;
  private final @Nullable File logFile;
  private final boolean logJson;

  SettingsException(
      String message,
      List<String> warnings,
      List<String> notices,
      boolean mayMapHosts,
      String logLevel,
      @Nullable File logFile,
      boolean logJson) {
    super(message);
    this.warnings = warnings;
    this.notices = notices;
    this.mayMapHosts = mayMapHosts;
    this.logLevel = logLevel;
    this.logFile = logFile;
    this.logJson = logJson;
  }

  /** See {@link Settings#warnings}. */
  public List<String> warnings() {
    return warnings;
  }

  /** See {@link Settings#notices}. */
  public List<String> notices() {
    return notices;
  }

  /** Returns whether a host is mapped, or would be if the settings were valid. */
  public boolean mayMapHosts() {
    return mayMapHosts;
  }

  /** Returns the configured log level, or the default if the configured one is invalid. */
  public String logLevel() {
    return logLevel;
  }

  /**
   * Returns the configured log file; null for standard error, or if the configured file is invalid.
   */
  public @Nullable File logFile() {
    return logFile;
  }

  /** Returns whether the log has one JSON object per line. */
  public boolean isLogJson() {
    return logJson;
  }
}
