package io.github.alloydbagent.cli.check;

/** A completed step of a check. */
final class Step {

  /** The duration of steps that are not timed. */
  static final long NO_TIME = -1;

  final String name;
  final boolean isSuccessful;
  final long millis;
  final String detail;

  Step(String name, boolean isSuccessful, long millis, String detail) {
    this.name = name;
    this.isSuccessful = isSuccessful;
    this.millis = millis;
    this.detail = detail;
  }
}
