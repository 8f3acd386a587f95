package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests old pools, each with the oldest driver that it supports, on Java 8. With c3p0, drivers
 * before 9.4-1200 cannot connect, with or without the agent: they take PostgreSQL 18 for a version
 * before 7.3 and query the isolation level accordingly.
 */
@Tag("compatibility")
class OldPoolsIT {

  @TempDir private static Path directory;

  private static Comparison comparison;

  @BeforeAll
  static void start() throws Exception {
    comparison = new Comparison(directory);
  }

  @AfterAll
  static void stop() {
    comparison.close();
  }

  @ParameterizedTest
  @CsvSource({
    "dbcp, Commons DBCP 1.4, 9.1-901-1.jdbc4, PostgreSQL 9.1 JDBC4 (build 901)",
    "c3p0, c3p0 0.9.1.2, 9.4.1208, PostgreSQL 9.4.1208"
  })
  void oldPoolsWork(String pool, String name, String driver, String printed) throws Exception {
    Jdk jdk = Jdk.require(8);
    comparison.run(database -> run(jdk, pool, driver, printed, database));
    new PageTable("applications")
        .holds(
            name,
            "8",
            "with pgjdbc "
                + driver
                + ": four concurrent workers, connections tested on borrow, statement"
                + " pooling, commits and rollbacks",
            "yes",
            "yes");
  }

  private static String run(
      Jdk jdk, String pool, String driver, String printed, Database database) {
    JvmResult result =
        Jvm.of(jdk)
            .flags(database.jvmFlags().toArray(String[]::new))
            .environment(database.environment())
            .classPath(Built.applicationClassPath("old-pools"))
            .classPath(Built.driver(driver))
            .main("shop.OldPools", pool, database.url(), Database.USER, Database.PASSWORD)
            .run()
            .checkSucceeded();
    assertThat(result.outLines())
        .contains("driver: " + printed, "sessions: 4", "stock: 180 rows, sum 4320", "pooled: 4");
    return result.out() + result.err();
  }
}
