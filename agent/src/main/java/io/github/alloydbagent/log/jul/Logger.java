package io.github.alloydbagent.log.jul;

import org.jspecify.annotations.Nullable;

/**
 * A logger that logs nothing: failures in the bundled libraries reach the agent as exceptions, and
 * the other lines they log contain request headers.
 *
 * <p>It has only the methods that the bundled libraries call; a test of the agent jar checks that
 * no method is missing.
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
