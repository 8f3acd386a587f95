package io.github.alloydbagent.compatibility;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a driver.
 *
 * @param base the version number, in publication order: {@code 9.4-1206} precedes {@code 9.4.1207}
 * @param flavour the suffix for its target, {@code jdbc4} or {@code jre7}, or empty
 */
record DriverVersion(String base, String flavour) implements Comparable<DriverVersion> {

  private static final Pattern FLAVOURED = Pattern.compile("(.*)[.-](jdbc\\d+|jre\\d)");

  static DriverVersion of(String version) {
    Matcher parts = FLAVOURED.matcher(version);
    return parts.matches()
        ? new DriverVersion(parts.group(1), parts.group(2))
        : new DriverVersion(version, "");
  }

  @Override
  public int compareTo(DriverVersion other) {
    return Arrays.compare(numbers(base), numbers(other.base));
  }

  private static int[] numbers(String version) {
    return List.of(version.split("\\D+")).stream().mapToInt(Integer::parseInt).toArray();
  }
}
