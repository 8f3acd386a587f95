package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.RunningJvm;
import io.github.alloydbagent.local.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Tests a program that sets, in {@code main}, properties that the JDK reads only once, long after
 * the agent has started. With other agents they had no effect.
 */
@Tag("compatibility")
class SetInMainIT {

  @SuppressWarnings("unused")
  private static final List<Integer> JDKS = Jdk.VERSIONS;

  @TempDir private static Path directory;
  private static Comparison comparison;
  private static Path logging;
  private static Path trust;

  @BeforeAll
  static void start() throws Exception {
    comparison = new Comparison(directory);
    trust = comparison.alloyDb().endpointTrustStore();
    logging =
        Files.writeString(
            directory.resolve("logging.properties"),
            """
            handlers = java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.level = FINER
            java.util.logging.SimpleFormatter.format = <%4$s of %3$s: %5$s>%n
            shop.level = FINER
            """);
  }

  @AfterAll
  static void stop() {
    comparison.close();
  }

  @ParameterizedTest
  @FieldSource("JDKS")
  void trustStoreAndLoggingTakeEffect(int version) throws Exception {
    Jdk jdk = Jdk.require(version);

    comparison.run(database -> run(jdk, database));

    new PageTable("jvms")
        .holdsCell(
            "`javax.net.ssl.trustStore` and `java.util.logging.config.file` set in `main`",
            String.valueOf(version),
            "yes");
  }

  private static String run(Jdk jdk, Database database) throws Exception {
    Path start = database.directory().resolve("start");
    long certificates = comparison.alloyDb().count(Served.CLIENT_CERTIFICATE);
    try (RunningJvm jvm =
        Jvm.of(jdk)
            .flags(database.jvmFlags().toArray(String[]::new))
            .environment(database.environment())
            .classPath(Built.apps(), Built.newestDriver())
            .main(
                "apps.SetsInMain",
                database.url(),
                Database.USER,
                Database.PASSWORD,
                start.toString(),
                logging.toString(),
                trust.toString(),
                comparison.alloyDb().adminTlsUrl())
            .start()) {
      if (database.isTunnelled()) {
        awaitMoreCertificatesThan(certificates, jvm);
      }
      Files.createFile(start);
      JvmResult result = jvm.await().checkSucceeded();
      assertThat(result.out())
          .isEqualTo(
              "status 404\n"); // the response to a request for a missing resource is sufficient
      assertThat(result.errLines().stream().filter(line -> line.startsWith("<")))
          .as("lines in the configured format, in\n%s", result.err())
          .containsExactly("<FINER of shop: valid: true>", "<FINER of shop: valid: true>");
      return result.err();
    }
  }

  /** Waits for the last call of the API before the agent is ready to connect. */
  private static void awaitMoreCertificatesThan(long before, RunningJvm jvm) throws Exception {
    while (comparison.alloyDb().count(Served.CLIENT_CERTIFICATE) == before) {
      assertThat(jvm.isAlive()).as("the JVM runs").isTrue();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
