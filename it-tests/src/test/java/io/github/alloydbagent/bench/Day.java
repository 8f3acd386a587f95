package io.github.alloydbagent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.time.Duration;

/**
 * Runs the workload {@code hour}: a simulated day of refreshes, by the program {@code SimulatedDay}
 * among the agent's tests. It needs Java 17, as they do.
 */
final class Day {
  static final int OLDEST_JDK = 17;
  private static final int CLUSTERS = 20;
  private static final int INSTANCES = 5;

  private Day() {}

  static void run(Jdk jdk, Figures figures) {
    if (jdk.version() < OLDEST_JDK) {
      return;
    }
    JvmResult result =
        Jvm.of(jdk)
            .flags(Yardstick.FLAGS.toArray(String[]::new))
            .classPath(Built.agentTests())
            .deadline(Duration.ofMinutes(2))
            .main(
                "io.github.alloydbagent.refresh.SimulatedDay",
                String.valueOf(CLUSTERS),
                String.valueOf(INSTANCES))
            .run()
            .checkSucceeded();
    figures.addPrinted(jdk.version(), Ground.AGENT, result.out());
    assertThat(figures.median(jdk.version(), Ground.AGENT, "day.addresses").orElse(0))
        .as("certificates of an hour in a day")
        .isGreaterThanOrEqualTo(24);
  }
}
