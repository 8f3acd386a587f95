package io.github.alloydbagent.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The measurements, one of each figure for each JVM; the median is reported. */
final class Figures {
  private static final Pattern PRINTED = Pattern.compile("(?m)^figure (\\S+) (\\S+)$");

  private final Map<Key, List<Double>> values = new TreeMap<>();

  private record Key(int jdk, String subject, String figure) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Integer.compare(jdk, other.jdk);
      order = order != 0 ? order : subject.compareTo(other.subject);
      return order != 0 ? order : figure.compareTo(other.figure);
    }
  }

  /**
   * Adds a measurement.
   *
   * @param subject the name of a yardstick, or of another subject of the comparison
   */
  void add(int jdk, String subject, String figure, double value) {
    values.computeIfAbsent(new Key(jdk, subject, figure), key -> new ArrayList<>()).add(value);
  }

  /** Adds the figures that {@code apps.Bench} printed. */
  void addPrinted(int jdk, String subject, String out) {
    Matcher printed = PRINTED.matcher(out);
    while (printed.find()) {
      add(jdk, subject, printed.group(1), Double.parseDouble(printed.group(2)));
    }
  }

  /** Returns the median; empty if the figure was not measured. */
  OptionalDouble median(int jdk, String subject, String figure) {
    List<Double> sorted =
        values.getOrDefault(new Key(jdk, subject, figure), List.of()).stream().sorted().toList();
    if (sorted.isEmpty()) {
      return OptionalDouble.empty();
    }
    int middle = sorted.size() / 2;
    return OptionalDouble.of(
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
  }

  /** Returns the mean, for figures whose unit is coarse compared with the differences. */
  OptionalDouble mean(int jdk, String subject, String figure) {
    return values.getOrDefault(new Key(jdk, subject, figure), List.of()).stream()
        .mapToDouble(Double::doubleValue)
        .average();
  }
}
