package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Programs;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifies that a comparison detects differences, on which the documentation relies. */
@Tag("compatibility")
class ComparisonIT {

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

  @Test
  void acceptsProblemsThatExistWithoutTheAgent() {
    assertThatCode(
            () -> comparison.run(database -> orders(database) + "10:11:12 ERROR as ever: 34\n"))
        .doesNotThrowAnyException();
  }

  @Test
  void detectsProblemsThatTheAgentCauses() {
    assertFails(
        database ->
            tunnelledOrders(database) + (database.isTunnelled() ? "ERROR new\n" : "WARN old\n"),
        "problems that it does not have without the agent",
        "ERROR new");
  }

  @Test
  void detectsAWarningOfTheAgent() {
    // the application already logs this line without the agent
    String warning = "WARN alloydb-agent: slow\n";
    assertFails(
        database -> tunnelledOrders(database) + warning, "the agent's lines in", warning.trim());
  }

  @Test
  void detectsAnApplicationThatBypassesTheAgent() {
    assertFails(
        database -> {
          String url = comparison.alloyDb().postgresUrl();
          return Programs.orders(
                  Jdk.running(), Built.newestDriver(), url, Database.USER, Database.PASSWORD)
              .run()
              .checkSucceeded()
              .err();
        },
        "[tunnels]");
  }

  @Test
  void detectsAnApplicationWithoutTheAgentsLog() {
    assertFails(
        database -> {
          tunnelledOrders(database);
          return "";
        },
        "the agent's lines in");
  }

  private static void assertFails(Comparison.Application application, String... words) {
    assertThatThrownBy(() -> comparison.run(application))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll(words);
  }

  private static String tunnelledOrders(Database database) {
    return database.isTunnelled() ? orders(database) : "";
  }

  private static String orders(Database database) {
    return Programs.orders(
            Jdk.running(), Built.newestDriver(), database.url(), Database.USER, Database.PASSWORD)
        .flags(database.jvmFlags().toArray(String[]::new))
        .environment(database.environment())
        .run()
        .checkSucceeded()
        .err();
  }
}
