package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Login;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses unmodified published tools with an instance. */
@AlloyDbTest
class ToolsIT {

  private static final String URL = "jdbc:postgresql://orders-db/postgres";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  @TempDir private Path directory;

  @Test
  void sqllineCreatesATableAndReadsItBack() throws Exception {
    JvmResult result =
        mapped(Programs.sqlline(Jdk.chosen(), directory, URL, "app", "secret"))
            .input(
                """
                CREATE TABLE lamps (id int PRIMARY KEY, name text);
                INSERT INTO lamps VALUES (1, 'reading'), (2, 'standing');
                SELECT id, name FROM lamps ORDER BY id;
                !tables
                !quit
                """)
            .run()
            .checkSucceeded();

    assertThat(result.out())
        .contains("'1','reading'")
        .contains("'2','standing'")
        .containsPattern("'public','lamps'");
    checkAgentSpokeTwice(result);
    assertThat(scalar("SELECT string_agg(name, ' ' ORDER BY id) FROM lamps"))
        .isEqualTo("reading standing");
    assertThat(scalar("SELECT tableowner FROM pg_tables WHERE tablename = 'lamps'"))
        .isEqualTo("app");
    assertThat(lastLogin().user()).isEqualTo("app");
  }

  @Test
  void sqllineLogsInByIam() throws Exception {
    String user = alloyDb.account().databaseUser();

    JvmResult result =
        mapped(Programs.sqlline(Jdk.chosen(), directory, URL, user, ""))
            .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true")
            .input(
                """
                CREATE TABLE chairs AS SELECT 7 AS pieces, session_user::text AS maker;
                SELECT pieces, maker FROM chairs;
                !quit
                """)
            .run()
            .checkSucceeded();

    assertThat(result.out()).contains("'7','" + user + "'");
    assertThat(scalar("SELECT maker FROM chairs")).isEqualTo(user);
    assertThat(lastLogin().exchange().autoIam()).isTrue();
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

    JvmResult update = liquibase("update");

    assertThat(update.err()).contains("Liquibase: Update has been successful.");
    checkAgentSpokeTwice(update);
    assertThat(scalar("SELECT wood FROM desks")).isEqualTo("walnut");
    assertThat(scalar("SELECT count(*) FROM databasechangelog")).isEqualTo("2");
    // Liquibase logs through java.util.logging, which the agent must not affect
    Path log = directory.resolve("liquibase.log");
    assertThat(liquibase("status", "--log-level=FINE", "--log-file=" + log).out())
        .contains("is up to date");
    assertThat(log).content().contains("FINE").contains("orders-db");
    liquibase("rollback-count", "--count=2");
    assertThat(scalar("SELECT to_regclass('desks') IS NULL")).isEqualTo("t");
    assertThat(scalar("SELECT count(*) FROM databasechangelog")).isEqualTo("0");
    assertThat(lastLogin().user()).isEqualTo("app");
  }

  private JvmResult liquibase(String... command) {
    List<String> login = List.of("--username=app", "--password=secret");
    return mapped(Programs.liquibase(Jdk.chosen(), directory, URL, login, "changelog.sql", command))
        .run()
        .checkSucceeded();
  }

  private static Jvm mapped(Jvm tool) {
    return AgentOn.jvm(tool, alloyDb, AgentOn.map("orders-db", primary));
  }

  private static void checkAgentSpokeTwice(JvmResult result) {
    List<String> lines =
        result.errLines().stream().filter(line -> line.contains("alloydb-agent")).toList();
    assertThat(lines).as(result.toString()).hasSize(2);
    assertThat(lines.get(0)).matches(AgentOn.startLine("1 host is mapped: orders-db"));
    assertThat(lines.get(1)).matches(AgentOn.successLine("orders-db:5432", primary));
  }

  private static Login lastLogin() {
    List<Login> logins = primary.logins();
    return logins.get(logins.size() - 1);
  }

  private static String scalar(String sql) throws Exception {
    try (Connection connection = alloyDb.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
