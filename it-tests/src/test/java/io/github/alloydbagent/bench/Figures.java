package io.github.alloydbagent.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was measured, of each figure as often as there were JVMs; it is taken for the median. */
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
   * Adds one.
   *
   * @param subject a yardstick's name, or what else is compared
   */
  void add(int jdk, String subject, String figure, double value) {
    values.computeIfAbsent(new Key(jdk, subject, figure), key -> new ArrayList<>()).add(value);
  }

  /** Adds what {@code apps.Bench} has printed. */
  void addPrinted(int jdk, String subject, String out) {
    Matcher printed = PRINTED.matcher(out);
    while (printed.find()) {
      add(jdk, subject, printed.group(1), Double.parseDouble(printed.group(2)));
    }
  }

  /** Empty if it was not measured. */
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

  /** For what is counted in steps that are coarse beside what differs. */
  OptionalDouble mean(int jdk, String subject, String figure) {
    return values.getOrDefault(new Key(jdk, subject, figure), List.of()).stream()
        .mapToDouble(Double::doubleValue)
        .average();
  }
}
