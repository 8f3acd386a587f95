package io.github.alloydbagent.compatibility;

/**
 * The outcome of a check.
 *
 * @param kind {@code ok}, {@code no} or, if the driver lacks the feature, {@code absent}
 * @param detail the result or the failure
 */
record Outcome(String kind, String detail) {

  boolean ok() {
    return kind.equals("ok");
  }
}
