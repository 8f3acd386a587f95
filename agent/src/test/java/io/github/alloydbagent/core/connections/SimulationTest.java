package io.github.alloydbagent.core.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Simulates a month of the agent under random faults for each of many seeds: {@code
 * -Dsimulation.seeds=10000} runs more seeds, {@code -Dsimulation.seed=4711} replays one.
 */
class SimulationTest {
  private static final int DAYS = Integer.getInteger("simulation.days", 30);

  @TempDir Path directory;

  @Test
  void everyInvariantHoldsForEverySeed() {
    Long seed = Long.getLong("simulation.seed");
    LongStream seeds =
        seed != null
            ? LongStream.of(seed)
            : LongStream.range(0, Long.getLong("simulation.seeds", 300));
    List<String> failures =
        seeds.parallel().mapToObj(this::failure).filter(f -> f != null).toList();
    assertThat(failures.size()).as(() -> summary(failures)).isZero();
  }

  /** Returns the first line of each failure, and all lines of the first one. */
  private static String summary(List<String> failures) {
    return failures.stream().map(f -> f.split("\n", 2)[0]).collect(Collectors.joining("\n"))
        + "\n\nThe first in full: "
        + failures.stream().findFirst().orElse("");
  }

  private String failure(long seed) {
    try {
      new Simulation(seed, directory).run(DAYS);
      return null;
    } catch (AssertionError e) {
      return e.getMessage();
    }
  }
}
