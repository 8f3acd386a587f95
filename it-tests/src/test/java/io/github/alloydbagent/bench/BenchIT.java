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
 * Measures every way to the database on every JDK, round by round, so that what else the machine
 * does meanwhile falls on all alike. No time is asserted; that each did its work is.
 */
@Tag("bench")
class BenchIT {
  private final BenchPlan plan = BenchPlan.fromProperties();
  private final Figures figures = new Figures();

  @Test
  void measuresAllSideBySide(@TempDir Path directory) throws Exception {
    long start = System.nanoTime();
    try (Ground ground = new Ground(directory)) {
      Sessions sessions = new Sessions(ground, figures);
      List<String> tasks = Sessions.tasks(plan);
      warmUp(ground);
      for (int round = 0; round < plan.rounds(); round++) {
        for (Jdk jdk : plan.jdks()) {
          for (Yardstick yardstick : rotated(ground.yardsticks(), round)) {
            if (!tasks.isEmpty()) {
              sessions.run(jdk, yardstick, tasks);
            }
            if (plan.has(Workload.BULK) && yardstick.isBulk() && round == 0) {
              sessions.bulk(jdk, yardstick);
            }
          }
          say("round " + (round + 1) + " on " + jdk + " is done", start);
        }
      }
    }
    System.out.print(new Tables(plan, figures).text());
  }

  /** The servers are of this process, and cold; what they do first is not for the figures. */
  private void warmUp(Ground ground) {
    Sessions unheeded = new Sessions(ground, new Figures());
    for (Yardstick yardstick : ground.yardsticks()) {
      unheeded.run(Jdk.running(), yardstick, List.of("first", "storm:8:160"));
    }
  }

  /** Each time another one begins. */
  private static List<Yardstick> rotated(List<Yardstick> all, int by) {
    List<Yardstick> rotated = new ArrayList<>(all);
    Collections.rotate(rotated, by * 2 + 1);
    return rotated;
  }

  private static void say(String what, long start) {
    System.out.println(Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s: " + what);
  }
}
