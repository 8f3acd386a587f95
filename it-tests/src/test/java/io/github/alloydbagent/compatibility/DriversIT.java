package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a sample of drivers behaves the same with tunnels as without the agent. */
class DriversIT {

  @TempDir Path directory;

  @Test
  void aSampleOfAllGenerationsWorksAsDocumentedAndAsWithoutTheAgent() throws Exception {
    List<CheckedDriver> drivers = CheckedDriver.sample();
    assertThat(drivers).hasSizeGreaterThan(20);
    try (DriverRun run = new DriverRun(directory, Integer.getInteger("copy.megabytes", 10))) {
      DriverRun.Compared compared = run.compare(drivers, Duration.ofMinutes(8));

      assertThat(compared.unexpected()).isEmpty();
      CompatibilityTable table = new CompatibilityTable(compared);
      CompatibilityPage page = new CompatibilityPage();
      for (CheckedDriver driver : drivers) {
        assertThat(CompatibilityPage.withoutNotes(table.cells(driver.name())))
            .as(driver.name())
            .isEqualTo(page.cells(driver));
      }
    }
  }
}
