package io.github.alloydbagent.log.jul;

/** The log levels that the bundled libraries use. */
public final class Level {
  public static final Level ALL = new Level();
  public static final Level CONFIG = new Level();
  public static final Level FINE = new Level();
  public static final Level INFO = new Level();
  public static final Level SEVERE = new Level();
  public static final Level WARNING = new Level();

  private Level() {}
}
