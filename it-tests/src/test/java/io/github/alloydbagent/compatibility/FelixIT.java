package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests OSGi: the driver is a bundle whose class loader sees only {@code java.*} and its imports.
 */
@Tag("compatibility")
class FelixIT {

  @TempDir Path directory;

  @Test
  void driverBundleNeedsNoBootDelegation() throws Exception {
    List<Jdk> jdks = List.of(Jdk.require(8), Jdk.require(25));
    try (Comparison comparison = new Comparison(directory)) {
      for (Jdk jdk : jdks) {
        comparison.run(database -> run(jdk, database));
      }
    }
    new PageTable("applications")
        .holds(
            "Apache Felix 7.0.5",
            "8, 25",
            "pgjdbc as a bundle, without boot delegation; another bundle uses its"
                + " DataSourceFactory and writes orders through DataSource,"
                + " ConnectionPoolDataSource and Driver concurrently",
            "yes",
            "yes");
  }

  private static String run(Jdk jdk, Database database) throws IOException {
    Path bin = Built.application("felix").resolve("bin");
    Path conf = Files.createDirectory(database.directory().resolve("conf"));
    Path bundles = Files.createDirectory(database.directory().resolve("bundle"));
    for (Path jar : Bundles.all()) {
      Files.copy(jar, bundles.resolve(jar.getFileName()));
    }
    Files.writeString(
        conf.resolve("config.properties"),
        """
        felix.auto.deploy.action=install,start
        shop.url=%s
        shop.user=%s
        shop.password=%s
        """
            .formatted(database.url(), Database.USER, Database.PASSWORD));
    Jvm jvm =
        Jvm.of(jdk)
            .flags(database.jvmFlags().toArray(String[]::new))
            .flags("-Xmx128m")
            .environment(database.environment())
            .directory(database.directory())
            .jar(bin.resolve("org.apache.felix.main.jar"));
    try (RunningJvm felix = jvm.start()) {
      felix.awaitOut("shop: ");
      JvmResult result = felix.terminate();
      assertThat(result.timedOut()).isFalse();
      assertThat(result.outLines())
          .as(result.toString())
          .contains("shop: 3 buyers, 21 pieces", "shop: closed");
      return result.out() + result.err();
    }
  }
}
