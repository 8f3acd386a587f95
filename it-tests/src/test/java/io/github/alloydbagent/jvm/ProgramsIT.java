package io.github.alloydbagent.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.LocalAlloyDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Runs the programs without the agent against a plain PostgreSQL: tests with the agent are only
 * meaningful if the programs succeed here.
 */
@AlloyDbTest(md5 = true)
class ProgramsIT {

  @SuppressWarnings("unused")
  private static final List<String> DRIVERS = Built.DRIVERS;

  private static LocalAlloyDb alloyDb;

  @TempDir private Path directory;

  @ParameterizedTest
  @FieldSource("DRIVERS")
  void ordersWritesAndReads(String driver) {
    JvmResult result =
        Programs.orders(Jdk.chosen(), Built.driver(driver), url(), "app", "secret")
            .run()
            .checkSucceeded();
    assertThat(result.outLines().get(0)).matches("first row after: \\d+ ms from JVM start");
    assertThat(result.outLines().get(1)).startsWith("server: PostgreSQL 18");
    assertThat(result.outLines().subList(2, 6))
        .containsExactly(
            "user: app",
            "order 1: 1 x walnut desk",
            "order 2: 3 x reading lamp",
            "order 3: 5 x bücherregal");
  }

  @Test
  void ordersRunsOnTheOldestJdk() {
    Programs.orders(Jdk.require(8), Built.driver("9.1-901-1.jdbc4"), url(), "app", "secret")
        .run()
        .checkSucceeded();
  }

  @Test
  void ordersPrintsTheCausesOfAFailure() {
    String closedPort = "jdbc:postgresql://127.0.0.1:1/postgres";
    JvmResult result =
        Programs.orders(Jdk.chosen(), Built.newestDriver(), closedPort, "app").run().checkFailed();
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("failed: org.postgresql.util.PSQLException: Connection to 127.0.0.1:1 refused.")
        .contains("  caused by: java.net.ConnectException: Connection refused");
  }

  @ParameterizedTest
  @FieldSource("DRIVERS")
  void probeRunsEveryStep(String driver) {
    JvmResult result =
        probe(driver, "query", "metadata", "cancel", "notify", "copy", "large", "transaction")
            .checkSucceeded();
    List<String> lines = result.outLines();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).startsWith("query: ok: app at postgres (");
    assertThat(lines.get(1)).startsWith("metadata: ok: PostgreSQL 18").contains(", pg_class (");
    assertThat(lines.get(2))
        .startsWith("cancel: ok: ERROR: canceling statement due to user request (");
    assertThat(lines.get(3)).startsWith("notify: ok: probe arrived (");
    assertThat(lines.get(4)).startsWith("copy: ok: 10000 rows there and back (");
    assertThat(lines.get(5)).startsWith("large: ok: 16 MiB there and back (");
    assertThat(lines.get(6)).startsWith("transaction: ok: 1 row left (");
  }

  @Test
  void probeStopsAQueryAtItsTimeout() {
    assertThat(probe("42.7.14", "queryTimeout").checkSucceeded().out())
        .startsWith("queryTimeout: ok: ERROR: canceling statement due to user request (1");
  }

  @Test
  void probeCountsFailuresAndContinues() {
    JvmResult result =
        probe("42.7.14", "url=jdbc:postgresql://127.0.0.1:1/x", "query", "url=" + url(), "query");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.outLines().get(0))
        .startsWith("query: failed: org.postgresql.util.PSQLException: Connection to 127.0.0.1:1")
        .contains("[08001] <- java.net.ConnectException: Connection refused");
    assertThat(result.outLines().get(1)).startsWith("query: ok: ");
  }

  @Test
  void sqllineCreatesATableAndReadsItBack() {
    JvmResult result =
        Programs.sqlline(Jdk.chosen(), directory, url(), "app", "secret")
            .input(
                """
                CREATE TABLE lamps (id int PRIMARY KEY, name text);
                INSERT INTO lamps VALUES (1, 'reading'), (2, 'standing');
                SELECT id, name FROM lamps ORDER BY id;
                DROP TABLE lamps;
                !quit
                """)
            .run()
            .checkSucceeded();
    assertThat(result.out()).contains("'1','reading'").contains("'2','standing'");
  }

  @Test
  void liquibaseMigratesAndRollsBack() throws Exception {
    Files.writeString(
        directory.resolve("changelog.sql"),
        """
        --liquibase formatted sql
        --changeset shop:1
        CREATE TABLE desks (id int PRIMARY KEY, wood text);
        --rollback DROP TABLE desks;
        --changeset shop:2
        INSERT INTO desks VALUES (1, 'walnut');
        --rollback DELETE FROM desks;
        """);
    assertThat(liquibase("update").err()).contains("Liquibase: Update has been successful.");
    assertThat(scalar("SELECT wood FROM desks")).isEqualTo("walnut");
    assertThat(liquibase("status").out()).contains("is up to date");
    liquibase("rollback-count", "--count=2");
    assertThat(scalar("SELECT to_regclass('desks') IS NULL")).isEqualTo("t");
  }

  private JvmResult liquibase(String... command) {
    List<String> login = List.of("--username=app", "--password=secret");
    return Programs.liquibase(Jdk.chosen(), directory, url(), login, "changelog.sql", command)
        .run()
        .checkSucceeded();
  }

  private static JvmResult probe(String driver, String... steps) {
    return Programs.probe(Jdk.chosen(), Built.driver(driver), url(), "app", "secret", steps).run();
  }

  private static String scalar(String sql) throws Exception {
    try (Connection connection = alloyDb.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static String url() {
    return alloyDb.postgresUrl();
  }
}
