package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.JvmResult;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All connection attempts of a loaded JVM, and the resources that it held at rest. */
final class Attempts {
  private static final Pattern ATTEMPT = Pattern.compile("(\\S+) (\\d+) (\\d+) (ok|failed: (.*))");
  private static final Pattern HELD =
      Pattern.compile("measure-\\d+: heap (\\d+) files (\\d+) tunnels (\\d+) threads (\\S+)");

  /**
   * Allowed growth of the heap in bytes: classes and caches that an application loads while it
   * warms up.
   */
  private static final long ALLOWED_HEAP_GROWTH_BYTES = 6_000_000;

  private final JvmResult jvm;
  private final List<Attempt> all;
  private final List<Held> held;

  /**
   * A connection attempt.
   *
   * @param at the start of the attempt, in milliseconds of the wall clock
   * @param failure the chain of causes; empty if it succeeded
   */
  record Attempt(String host, long at, long millis, String failure) {
    boolean ok() {
      return failure.isEmpty();
    }

    long end() {
      return at + millis;
    }
  }

  /**
   * The resources of the JVM at rest: bytes of heap, open files, sockets to instances, thread
   * names.
   */
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

  /** Returns the attempts that began in this period. */
  List<Attempt> between(String host, long from, long to) {
    return of(host).stream().filter(attempt -> attempt.at() >= from && attempt.at() < to).toList();
  }

  /**
   * Asserts that no connection failed, and that every period between consecutive times had
   * connections.
   */
  void assertNoFailure(String host, long... times) {
    assertThat(failures(host)).as("failures of " + host).isEmpty();
    for (int i = 1; i < times.length; i++) {
      assertThat(between(host, times[i - 1], times[i])).as(host + " at all times").isNotEmpty();
    }
  }

  /**
   * Asserts that every connection outside of the fault and its grace period succeeded, and that
   * failures during the fault reported it.
   *
   * @param grace the time after the end of the fault in which connections may still begin and fail,
   *     in milliseconds
   */
  void assertRecovered(String host, long from, long to, long grace, String... messages) {
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
          .as("docs/troubleshooting.md contains " + failed.failure())
          .isTrue();
      assertThat(messages)
          .as("expected text in " + failed)
          .anyMatch(text -> failed.failure().contains(text));
    }
  }

  /**
   * Normalizes thread names. The agent numbers its threads, and a thread that was added for a stuck
   * one may outlive it. The driver uses the JVM's common pool, on Java 8 a separate thread: these
   * start and end at any time.
   */
  private static List<String> kinds(List<String> threads) {
    return threads.stream()
        .filter(name -> !name.startsWith("ForkJoinPool.commonPool-"))
        .filter(name -> !name.equals("PostgreSQL-JDBC-Cleaner"))
        // from then on, if another process lists the JVMs of this machine
        .filter(name -> !name.equals("Attach_Listener"))
        .map(name -> name.replaceFirst("-\\d+$", ""))
        .toList();
  }

  /**
   * Asserts that the JVM holds the same resources at the end as at the start: the same threads, no
   * tunnel.
   */
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
        .as("open files, including connections to the API, which are kept for a while")
        .isLessThanOrEqualTo(first.files() + 25);
    assertThat(last.heap()).as("heap").isLessThan(first.heap() + ALLOWED_HEAP_GROWTH_BYTES);
  }
}
