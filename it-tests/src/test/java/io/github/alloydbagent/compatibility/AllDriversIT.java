package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests all published drivers and writes their table in the documentation. */
@Tag("drivers")
class AllDriversIT {

  @TempDir Path directory;

  @Test
  void everyVersionWorksAsWithoutTheAgent() throws Exception {
    List<CheckedDriver> drivers = CheckedDriver.all();
    assertThat(drivers).hasSizeGreaterThan(240);
    try (DriverRun run = new DriverRun(directory, Integer.getInteger("copy.megabytes", 50))) {
      DriverRun.Compared compared = run.compare(drivers, Duration.ofHours(2));

      CompatibilityPage.replaceTable(new CompatibilityTable(compared).markdown());
      assertThat(compared.unexpected()).isEmpty();
    }
  }
}
