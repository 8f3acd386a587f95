package io.github.alloydbagent.bench;

import io.github.alloydbagent.jvm.Jdk;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to measure: {@code -Dbench.jdks=8,17}, {@code -Dbench.rounds=5}, {@code
 * -Dbench.workloads=first,connect}; everything by default.
 *
 * @param isPatient whether to run all rounds, however long they take
 */
record BenchPlan(List<Jdk> jdks, int rounds, boolean isPatient, Set<Workload> workloads) {
  private static final List<Integer> JDKS = List.of(8, 17, 25);
  private static final int ROUNDS = 3;

  enum Workload {
    UNUSED,
    FIRST,
    CONNECT,
    STORM,
    PING,
    BULK,
    HOLD,
    MANY,
    HOUR;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static BenchPlan fromProperties() {
    return of(
        System.getProperty("bench.jdks", ""),
        System.getProperty("bench.rounds", ""),
        System.getProperty("bench.workloads", ""));
  }

  /**
   * Parses the properties.
   *
   * @param jdks the JDKs; if empty, the relevant ones that this machine has
   * @param rounds the number of rounds; 3 if empty
   * @param workloads the workloads; all if empty
   * @throws IllegalArgumentException if a value is invalid
   */
  static BenchPlan of(String jdks, String rounds, String workloads) {
    return new BenchPlan(
        jdks.isEmpty()
            ? JDKS.stream().map(Jdk::find).flatMap(Optional::stream).toList()
            : words(jdks).stream().map(BenchPlan::jdk).toList(),
        rounds.isEmpty() ? ROUNDS : number("bench.rounds", rounds),
        !rounds.isEmpty(),
        workloads.isEmpty()
            ? EnumSet.allOf(Workload.class)
            : words(workloads).stream()
                .map(BenchPlan::workload)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Workload.class))));
  }

  private static Jdk jdk(String word) {
    int version = number("bench.jdks", word);
    if (!Jdk.VERSIONS.contains(version)) {
      throw new IllegalArgumentException(
          "-Dbench.jdks: \"" + word + "\" is not among " + Jdk.VERSIONS);
    }
    return Jdk.require(version);
  }

  private static int number(String property, String word) {
    if (!word.matches("[1-9]\\d{0,2}")) {
      throw new IllegalArgumentException(
          "-D" + property + ": \"" + word + "\" is not a number from 1 to 999");
    }
    return Integer.parseInt(word);
  }

  private static Workload workload(String word) {
    return Arrays.stream(Workload.values())
        .filter(each -> each.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "-Dbench.workloads: there is no \""
                        + word
                        + "\" among "
                        + Arrays.stream(Workload.values())
                            .map(Workload::word)
                            .collect(Collectors.joining(", "))));
  }

  private static List<String> words(String list) {
    return Arrays.stream(list.split(",")).map(String::trim).toList();
  }

  boolean has(Workload... any) {
    return Arrays.stream(any).anyMatch(workloads::contains);
  }

  /** Returns whether the run is complete enough to be published: all workloads on every JDK. */
  boolean isWhole() {
    return workloads.size() == Workload.values().length && jdks.size() == JDKS.size();
  }
}
