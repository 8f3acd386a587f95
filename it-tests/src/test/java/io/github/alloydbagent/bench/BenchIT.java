package io.github.alloydbagent.bench;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures every way to connect to the database on every JDK, in rounds, so that other load on the
 * machine affects all of them alike. It asserts that each way worked, and no times.
 */
@Tag("bench")
class BenchIT {
  /** The maximum duration if the number of rounds is not set. */
  private static final Duration MAX_DURATION = Duration.ofMinutes(18);

  private final BenchPlan plan = BenchPlan.fromProperties();
  private final Figures figures = new Figures();
  private int rounds;
  private Duration lastRound = Duration.ZERO;

  @Test
  void measuresEveryWay(@TempDir Path directory) throws Exception {
    long start = System.nanoTime();
    String load = Machine.load();
    Charts.check(directory); // before the other workloads, which take long
    List<Yardstick> yardsticks;
    try (Ground ground = new Ground(directory)) {
      yardsticks = ground.yardsticks();
      Sessions sessions = new Sessions(ground, figures);
      Unmapped unmapped = new Unmapped(ground, directory, figures);
      Many many = new Many(ground, directory, figures);
      warmUp(ground);
      logProgress("the servers are warm", start);
      while (rounds < plan.rounds() && isTimeForAnother(start)) {
        int round = rounds;
        Duration begun = Duration.ofNanos(System.nanoTime() - start);
        for (Jdk jdk : plan.jdks()) {
          if (plan.has(Workload.UNUSED)) {
            unmapped.run(jdk);
          }
          measureSessions(
              sessions, jdk, rotated(round == 0 ? yardsticks : targeted(yardsticks), round));
          if (round == 0) {
            measureOnce(sessions, many, jdk, yardsticks);
          }
          logProgress("round " + (round + 1) + " on " + jdk + " is done", start);
        }
        rounds++;
        lastRound = Duration.ofNanos(System.nanoTime() - start).minus(begun);
      }
    }
    List<String> subjects = new ArrayList<>(Unmapped.SUBJECTS);
    yardsticks.forEach(each -> subjects.add(each.name()));
    PerformancePage page =
        new PerformancePage(
            plan, new Tables(plan, figures, subjects), new Charts(plan, figures, subjects));
    System.out.println(page.tables());
    logProgress("written to " + page.write(yardsticks, rounds, load), start);
  }

  /**
   * Returns the ways that the targets refer to; the others, for comparison, are only in the first
   * round.
   */
  private static List<Yardstick> targeted(List<Yardstick> all) {
    return all.stream().filter(each -> Ground.TARGETED.contains(each.name())).toList();
  }

  /**
   * Returns whether another round fits into the time. The first round includes the workloads that
   * are run only once, and takes more than twice as long as any other.
   *
   * <p>On a slow machine, fewer rounds are more useful than a run that nobody waits for.
   */
  private boolean isTimeForAnother(long start) {
    Duration sofar = Duration.ofNanos(System.nanoTime() - start);
    return rounds == 0
        || plan.isPatient()
        || sofar.plus(rounds == 1 ? lastRound.dividedBy(2) : lastRound).compareTo(MAX_DURATION) < 0;
  }

  private void measureSessions(Sessions sessions, Jdk jdk, List<Yardstick> yardsticks) {
    List<String> tasks = Sessions.tasks(plan);
    if (!tasks.isEmpty()) {
      yardsticks.forEach(yardstick -> sessions.run(jdk, yardstick, tasks));
    }
  }

  /** Runs the workloads that take too long to repeat in every round. */
  private void measureOnce(Sessions sessions, Many many, Jdk jdk, List<Yardstick> yardsticks)
      throws Exception {
    if (plan.has(Workload.BULK)) {
      yardsticks.stream()
          .filter(Yardstick::isBulk)
          .forEach(yardstick -> sessions.bulk(jdk, yardstick));
    }
    if (plan.has(Workload.MANY)) {
      many.run(jdk);
    }
    if (plan.has(Workload.HOUR)) {
      Day.run(jdk, figures);
    }
  }

  /** The servers run in this process and are cold; their first requests must not be measured. */
  private void warmUp(Ground ground) {
    Sessions discarded = new Sessions(ground, new Figures());
    for (Yardstick yardstick : ground.yardsticks()) {
      discarded.run(Jdk.running(), yardstick, List.of("first", "storm:8:160"));
    }
  }

  /** Rotates the list, so that each round begins with another way. */
  private static List<Yardstick> rotated(List<Yardstick> all, int by) {
    List<Yardstick> rotated = new ArrayList<>(all);
    Collections.rotate(rotated, by * 2 + 1);
    return rotated;
  }

  private static void logProgress(String what, long start) {
    System.out.println(Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s: " + what);
  }
}
