package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests Quartz with its job store in the database, in a program that a start script starts. */
@Tag("compatibility")
class QuartzIT {

  @TempDir Path directory;

  @Test
  void aJobIsResumedAfterItsJvmWasKilled() throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(QuartzIT::run);
    }
    new PageTable("applications")
        .holds(
            "Quartz 2.5.2",
            "17",
            "clustered JobStoreTX with HikariCP; the JVM dies in the middle of a job, and the"
                + " next JVM recovers the job; started by an App Assembler script with"
                + " JAVA_OPTS",
            "yes",
            "yes");
  }

  private static String run(Database database) throws IOException {
    Path properties =
        Files.writeString(
            database.directory().resolve("quartz.properties"),
            """
            org.quartz.scheduler.instanceName = nightly
            org.quartz.scheduler.instanceId = one
            org.quartz.threadPool.threadCount = 3
            org.quartz.jobStore.class = org.quartz.impl.jdbcjobstore.JobStoreTX
            org.quartz.jobStore.driverDelegateClass = org.quartz.impl.jdbcjobstore.PostgreSQLDelegate
            org.quartz.jobStore.isClustered = true
            org.quartz.jobStore.clusterCheckinInterval = 1000
            org.quartz.jobStore.dataSource = shop
            org.quartz.dataSource.shop.provider = hikaricp
            org.quartz.dataSource.shop.driver = org.postgresql.Driver
            org.quartz.dataSource.shop.maxConnections = 4
            org.quartz.dataSource.shop.URL = %s
            org.quartz.dataSource.shop.user = %s
            org.quartz.dataSource.shop.password = %s
            """
                .formatted(database.url(), Database.USER, Database.PASSWORD));
    String options = database.jvmOptions() + " -Dorg.quartz.properties=" + properties;

    JvmResult died = nightly("create", options, database.environment());
    assertThat(died.exit()).as(died.toString()).isEqualTo(3);
    assertThat(died.outLines()).containsExactly("run 1", "run 2", "run 3");

    JvmResult recovered = nightly("recover", options, database.environment()).checkSucceeded();
    assertThat(recovered.outLines())
        .containsExactlyInAnyOrder("run 3, recovered", "run 4", "run 5", "run 6", "shut down");
    return died.out() + died.err() + recovered.out() + recovered.err();
  }

  private static JvmResult nightly(String what, String options, Map<String, String> environment) {
    Path script = Built.application("quartz").resolve("appassembler/bin/nightly");
    return Script.of(Jdk.running(), script, what)
        .environment(environment)
        .environment("JAVA_OPTS", options)
        .run();
  }
}
