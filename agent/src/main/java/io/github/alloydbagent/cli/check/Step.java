package io.github.alloydbagent.cli.check;

/** One step of a check that is over. */
final class Step {

  /** For steps that take no time of their own. */
  static final long NO_TIME = -1;

  final String name;
  final boolean well;
  final long millis;
  final String detail;

  Step(String name, boolean well, long millis, String detail) {
    this.name = name;
    this.well = well;
    this.millis = millis;
    this.detail = detail;
  }
}
