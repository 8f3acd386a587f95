package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests drivers of databases that descend from PostgreSQL. A driver whose classes are named and
 * shaped like pgjdbc's cannot be distinguished from a relocated pgjdbc, so it must not reach a
 * mapped host unprotected.
 */
class OtherDriversIT {

  @TempDir Path directory;

  @Test
  void redshiftAndKingbaseAreNotAffected() throws Exception {
    compare(
        "redshift|kingbase",
        2,
        (without, with) -> {
          assertThat(with).isEqualTo(without);
          return with.get("query").detail().contains("UnknownHostException");
        });
  }

  @Test
  void openGaussAndGaussDbDoNotLookUpAMappedHost() throws Exception {
    compare(
        "opengauss|gaussdb|dws",
        3,
        (without, with) ->
            without.get("query").detail().contains("UnknownHostException")
                && !with.get("query").detail().contains("UnknownHostException"));
  }

  private void compare(
      String names, int count, BiPredicate<Map<String, Outcome>, Map<String, Outcome>> expected)
      throws Exception {
    List<CheckedDriver> drivers =
        Built.drivers("others").stream()
            .map(CheckedDriver::of)
            .filter(driver -> driver.name().matches(".*(" + names + ").*"))
            .toList();
    assertThat(drivers).hasSize(count);
    try (DriverRun run = new DriverRun(directory, 1)) {
      DriverRun.Compared compared = run.compareAt(DriverRun.MAPPED, drivers);
      for (CheckedDriver driver : drivers) {
        Map<String, Outcome> without = compared.without().get(driver.name());
        Map<String, Outcome> with = compared.with().get(driver.name());
        assertThat(expected.test(without, with))
            .as(driver.name() + " without: " + without + "\nwith: " + with)
            .isTrue();
      }
    }
  }
}
