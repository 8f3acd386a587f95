package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that other agents on the same JVM report the same without our agent, before it and after
 * it.
 */
@Tag("compatibility")
class NeighboursIT {

  static final PageTable TABLE = new PageTable("neighbours");

  @TempDir static Path directory;

  private static Comparison comparison;

  @BeforeAll
  static void start() throws Exception {
    comparison = new Comparison(directory);
  }

  @AfterAll
  static void stop() {
    comparison.close();
  }

  @Test
  void openTelemetryTracesTheSame() throws Exception {
    try (OpenTelemetry openTelemetry = new OpenTelemetry()) {
      BesideNeighbour service = new BesideNeighbour(openTelemetry, Jdk.running());
      comparison.run(service);

      assertThat(service.alone()).hasSize(5); // one line for each request
      assertThat(service.alone().get(0)).contains("SERVER GET /").contains("CLIENT SELECT ");
    }
    OtherNeighboursIT.holdsTraces(OpenTelemetry.name(), OtherNeighboursIT.OF_REQUESTS);
  }

  @Test
  void jaCoCoCoversTheSame() throws Exception {
    try (JaCoCo jaCoCo = new JaCoCo()) {
      BesideNeighbour service = new BesideNeighbour(jaCoCo, Jdk.running());
      comparison.run(service);

      assertThat(service.alone()).anyMatch(line -> line.startsWith("apps/OrdersService: ["));
      assertThat(jaCoCo.counted())
          .as("alone, after our agent, before our agent")
          .containsExactly(true, true, true);
    }
    TABLE.holdsCell(JaCoCo.name(), "specified before the agent", "yes");
    TABLE.holdsCell(JaCoCo.name(), "specified after the agent", "yes");
    TABLE.holdsCell(JaCoCo.name(), "what it still records", "line coverage of the application");
  }
}
