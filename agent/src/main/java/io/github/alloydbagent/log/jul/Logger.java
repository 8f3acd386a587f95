package io.github.alloydbagent.log.jul;

import org.jspecify.annotations.Nullable;

/**
 * A logger that is silent: what goes wrong inside the bundled libraries reaches the agent as an
 * exception, and what they log besides holds request headers.
 *
 * <p>It has the methods that the bundled libraries call, no more; a test of the agent jar checks
 * that none is missing.
 */
public final class Logger {
  private static final Logger SILENT = new Logger();

  private Logger() {}

  public static Logger getLogger(String name) {
    return SILENT;
  }

  public boolean isLoggable(Level level) {
    return false;
  }

  public void config(@Nullable String message) {}

  public void log(Level level, @Nullable String message) {}

  public void log(Level level, @Nullable String message, @Nullable Throwable thrown) {}
}
