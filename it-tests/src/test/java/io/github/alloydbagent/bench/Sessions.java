package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.bench.BenchPlan.Workload;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the client program's tasks in a new JVM over a yardstick's route, and records the figures.
 */
final class Sessions {
  /** The number of connections of the workload {@code hold}, which also warm up {@code connect}. */
  static final int HELD_CONNECTIONS = 200;

  static final int CONNECTS = 150;
  static final int STORM_THREADS = 16;
  static final int STORM = 240;
  static final int PINGS = 4000;
  static final int BULK_MEGABYTES = 1024;

  private static final Pattern CONNECTIONS = Pattern.compile("(?m)^connections (\\d+)$");
  private static final Pattern WAY = Pattern.compile("(?m)^way (.*)$");

  private final Ground ground;
  private final Figures figures;

  Sessions(Ground ground, Figures figures) {
    this.ground = ground;
    this.figures = figures;
  }

  /** Returns the tasks that one JVM runs in turn. */
  static List<String> tasks(BenchPlan plan) {
    List<String> tasks = new ArrayList<>();
    if (plan.has(Workload.FIRST)) {
      tasks.add("first");
    }
    if (plan.has(Workload.HOLD)) {
      tasks.add("hold:" + HELD_CONNECTIONS);
    } else if (plan.has(Workload.CONNECT, Workload.STORM)) {
      tasks.add("warm:" + HELD_CONNECTIONS);
    }
    if (plan.has(Workload.CONNECT)) {
      tasks.add("connect:" + CONNECTS);
      tasks.add("paced:20:50");
    }
    if (plan.has(Workload.PING)) {
      tasks.add("ping:" + PINGS);
    }
    if (plan.has(Workload.STORM)) {
      tasks.add("storm:" + STORM_THREADS + ":" + STORM);
    }
    return tasks;
  }

  /** Transfers large amounts, in a separate JVM. */
  void bulk(Jdk jdk, Yardstick yardstick) {
    run(jdk, yardstick, List.of("bulk:" + BULK_MEGABYTES));
  }

  void run(Jdk jdk, Yardstick yardstick, List<String> tasks) {
    Passage.Seen before = ground.seen();
    JvmResult result =
        yardstick.jvm(jdk, tasks).deadline(Duration.ofMinutes(5)).run().checkSucceeded();
    int connections = Integer.parseInt(only(CONNECTIONS, result).group(1));
    yardstick.passage().check(before, ground.seen(), connections);
    if (tasks.contains("first")) {
      assertThat(only(WAY, result).group(1)).as(result.toString()).matches(yardstick.way());
    }
    figures.addPrinted(jdk.version(), yardstick.name(), result.out());
  }

  private static MatchResult only(Pattern pattern, JvmResult result) {
    Matcher matcher = pattern.matcher(result.out());
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in\n" + result);
    }
    return matcher.toMatchResult();
  }
}
