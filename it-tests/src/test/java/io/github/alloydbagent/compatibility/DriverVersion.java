package io.github.alloydbagent.compatibility;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A driver's version.
 *
 * @param base in the order in which they were published, {@code 9.4-1206} before {@code 9.4.1207}
 * @param flavour what it was built for, {@code jdbc4} or {@code jre7}, or empty
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
