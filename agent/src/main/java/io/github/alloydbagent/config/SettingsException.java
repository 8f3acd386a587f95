package io.github.alloydbagent.config;

import java.io.File;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings have mistakes; the message lists all of them, a line each. */
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

  /** As {@link Settings#warnings}. */
  public List<String> warnings() {
    return warnings;
  }

  /** As {@link Settings#notices}. */
  public List<String> notices() {
    return notices;
  }

  /** Whether a host is mapped, or would be if it were not for a mistake. */
  public boolean mayMapHosts() {
    return mayMapHosts;
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
