package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.JvmResult;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All that a loaded JVM tried, and what it held when it was asked. */
final class Attempts {
  private static final Pattern ATTEMPT = Pattern.compile("(\\S+) (\\d+) (\\d+) (ok|failed: (.*))");
  private static final Pattern HELD =
      Pattern.compile("measure-\\d+: heap (\\d+) files (\\d+) tunnels (\\d+) threads (\\S+)");

  /** Bytes that a heap may take on: what an application loads and caches while it warms up. */
  private static final long HEAP = 6_000_000;

  private final JvmResult jvm;
  private final List<Attempt> all;
  private final List<Held> held;

  /**
   * One of them.
   *
   * @param at when it began, in milliseconds of the wall clock
   * @param failure the chain of causes; empty if there was none
   */
  record Attempt(String host, long at, long millis, String failure) {
    boolean ok() {
      return failure.isEmpty();
    }

    long end() {
      return at + millis;
    }
  }

  /** What the JVM held at rest: bytes, open files, sockets to instances, threads by name. */
  record Held(long heap, int files, int tunnels, List<String> threads) {}

  Attempts(JvmResult jvm) {
    this.jvm = jvm;
    this.all =
        jvm.outLines().stream()
            .map(ATTEMPT::matcher)
            .filter(Matcher::matches)
            .map(
                line ->
                    new Attempt(
                        line.group(1),
                        Long.parseLong(line.group(2)),
                        Long.parseLong(line.group(3)),
                        line.group(5) == null ? "" : line.group(5)))
            .toList();
    this.held =
        jvm.outLines().stream()
            .map(HELD::matcher)
            .filter(Matcher::matches)
            .map(
                line ->
                    new Held(
                        Long.parseLong(line.group(1)),
                        Integer.parseInt(line.group(2)),
                        Integer.parseInt(line.group(3)),
                        Arrays.asList(line.group(4).split(","))))
            .toList();
  }

  JvmResult jvm() {
    return jvm;
  }

  List<Attempt> all() {
    return all;
  }

  List<Held> held() {
    return held;
  }

  List<Attempt> of(String host) {
    return all.stream().filter(attempt -> attempt.host().equals(host)).toList();
  }

  List<Attempt> failures(String host) {
    return of(host).stream().filter(attempt -> !attempt.ok()).toList();
  }

  /** Those that began in this time. */
  List<Attempt> between(String host, long from, long to) {
    return of(host).stream().filter(attempt -> attempt.at() >= from && attempt.at() < to).toList();
  }

  /** No connection failed, and there were some in each of these times, which follow each other. */
  void assertNoFailure(String host, long... times) {
    assertThat(failures(host)).as(host + " is never told of it").isEmpty();
    for (int i = 1; i < times.length; i++) {
      assertThat(between(host, times[i - 1], times[i])).as(host + " at all times").isNotEmpty();
    }
  }

  /**
   * Every connection that began before the fault or a while after it stands; those that failed
   * meanwhile said so.
   *
   * @param grace how long after the fault's end the last connection may begin that fails, in
   *     milliseconds
   */
  void assertRecovered(String host, long from, long to, long grace, String... said) {
    assertThat(between(host, 0, from).stream().filter(attempt -> attempt.end() < from))
        .as(host + " before the fault")
        .allMatch(Attempt::ok);
    assertThat(between(host, to + grace, Long.MAX_VALUE))
        .as(host + " after the fault")
        .isNotEmpty()
        .allMatch(Attempt::ok);
    assertThat(failures(host)).as(host + " in the fault").isNotEmpty();
    for (Attempt failed : failures(host)) {
      assertThat(Troubleshooting.knows(failed.failure()))
          .as("docs/troubleshooting.md knows " + failed.failure())
          .isTrue();
      assertThat(said)
          .as("one of these is in " + failed)
          .anyMatch(text -> failed.failure().contains(text));
    }
  }

  /**
   * The agent numbers its threads, and one that was put beside a stuck one may outlive that. The
   * driver works in the JVM's common pool, on Java 8 on a thread of its own: these come and go.
   */
  private static List<String> kinds(List<String> threads) {
    return threads.stream()
        .filter(name -> !name.startsWith("ForkJoinPool.commonPool-"))
        .filter(name -> !name.equals("PostgreSQL-JDBC-Cleaner"))
        .map(name -> name.replaceFirst("-\\d+$", ""))
        .toList();
  }

  /** What it holds at the end is what it held at the beginning: the same threads, no tunnel. */
  void assertNothingLeaked() {
    Held first = held.get(0);
    Held last = held.get(held.size() - 1);
    assertThat(first.tunnels()).isZero();
    assertThat(last.tunnels()).as("tunnels at rest").isZero();
    assertThat(kinds(last.threads())).as("threads").isEqualTo(kinds(first.threads()));
    assertThat(last.threads().stream().filter(name -> name.startsWith("alloydb-agent-")))
        .as("the agent's threads")
        .hasSize(4);
    assertThat(last.files())
        .as("open files, connections to the API among them, which are kept a while")
        .isLessThanOrEqualTo(first.files() + 25);
    assertThat(last.heap()).as("heap").isLessThan(first.heap() + HEAP);
  }
}
