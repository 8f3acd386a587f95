package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.local.Served;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers of databases that descend from PostgreSQL are none of the agent's business. */
class OtherDriversIT {

  @TempDir Path directory;

  @Test
  void redshiftOpenGaussGaussDbAndKingbaseAreLeftAlone() throws Exception {
    List<CheckedDriver> drivers = Built.drivers("others").stream().map(CheckedDriver::of).toList();
    assertThat(drivers).hasSize(5);
    try (DriverRun run = new DriverRun(directory, 1)) {
      DriverRun.Compared compared = run.compareAt(DriverRun.MAPPED, drivers);

      for (CheckedDriver driver : drivers) {
        Map<String, Outcome> without = compared.without().get(driver.name());
        assertThat(compared.with().get(driver.name())).as(driver.name()).isEqualTo(without);
        assertThat(without.get("query").detail())
            .as(driver.name())
            .contains("UnknownHostException")
            .doesNotContain("AlloyDB Agent");
      }
      assertThat(run.alloyDb().count(Served.STARTUP)).isZero();
      assertThat(compared.log())
          .contains(" hosts are mapped")
          .doesNotContain("alloydb-agent: Driver "); // as of what is woven
    }
  }
}
