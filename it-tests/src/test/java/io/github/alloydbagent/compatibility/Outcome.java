package io.github.alloydbagent.compatibility;

/**
 * What came of a check.
 *
 * @param kind {@code ok}, {@code no} or, for what the driver does not have, {@code absent}
 * @param detail what it found, or what failed
 */
record Outcome(String kind, String detail) {

  boolean ok() {
    return kind.equals("ok");
  }
}
