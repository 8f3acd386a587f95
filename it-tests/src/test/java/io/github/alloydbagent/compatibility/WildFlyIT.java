package io.github.alloydbagent.compatibility;

import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests WildFly, which has its own class loaders and log manager. */
@Tag("compatibility")
class WildFlyIT {

  @TempDir Path directory;

  @Test
  void usesTheDriverAsAModuleAndAsADeployment() throws Exception {
    WildFly wildFly = new WildFly(Jdk.require(17), directory);
    try (Comparison comparison =
        new Comparison(
            directory, LocalAlloyDb.builder().postgres("max_prepared_transactions", "10"))) {
      comparison.run(wildFly::run);
    }
    new PageTable("applications")
        .holds(
            "WildFly " + wildFly.version(),
            "17",
            "a WAR; the driver as a module and as a deployment, two-phase commit across both",
            "yes",
            "yes");
  }
}
