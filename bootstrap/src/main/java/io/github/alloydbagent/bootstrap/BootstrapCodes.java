package io.github.alloydbagent.bootstrap;

/**
 * The codes of the failures that are reported here, as {@code util.ErrorCode} has them for the rest
 * of the agent. Constants, which the compiler copies: no class is loaded for them.
 */
final class BootstrapCodes {

  /** A driver class that was loaded without the agent's changes has them now. */
  static final String DRIVER_REPAIRED = "AAJ-703: ";

  /** A driver class that was loaded without the agent's changes cannot be changed. */
  static final String DRIVER_UNCHANGEABLE = "AAJ-704: ";

  /** A driver class could not be woven, and opens no connection. */
  static final String CLASS_REFUSED = "AAJ-705: ";

  /** A driver class could not even be replaced by one that opens no connection. */
  static final String CLASS_NOT_DEFINED = "AAJ-706: ";

  static final String NOT_STARTED = "AAJ-901: ";

  /** A second {@code -javaagent} with other arguments. */
  static final String NAMED_TWICE = "AAJ-908: ";

  /** A second {@code -javaagent}, or an attach to a JVM that has the agent. */
  static final String ALREADY_PRESENT = "AAJ-909: ";

  /** Drivers may connect without protection. */
  static final String UNPROTECTED = "AAJ-910: ";

  private BootstrapCodes() {}
}
