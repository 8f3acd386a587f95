package io.github.alloydbagent.cli.status;

/** Formats durations for people, in at most two units. */
final class DurationText {

  private DurationText() {}

  static String of(long millis) {
    long seconds = Math.max(0, millis) / 1000;
    long minutes = seconds / 60;
    long hours = minutes / 60;
    if (minutes == 0) {
      return seconds + "s";
    }
    if (hours == 0) {
      return minutes + "m";
    }
    return hours < 24 ? hours + "h " + minutes % 60 + "m" : hours / 24 + "d " + hours % 24 + "h";
  }
}
