package io.github.alloydbagent.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.alloydbagent.jvm.AlloyDbPlan;
import io.github.alloydbagent.jvm.AlloyDbTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@AlloyDbTest
class LocalAlloyDbTest {
  private static LocalAlloyDb alloyDb;
  private static HandMadeConnector connector;

  @AlloyDbPlan
  static LocalAlloyDbBuilder plan() {
    return LocalAlloyDb.builder()
        .instance("primary")
        .instance("reads")
        .user("app", "secret")
        .md5User("legacy", "old secret");
  }

  @BeforeAll
  static void start() throws Exception {
    connector = new HandMadeConnector(alloyDb);
  }

  @Test
  void logsInWithScramThroughATunnel() throws Exception {
    LocalInstance primary = alloyDb.instance("primary");

    try (Connection connection = connector.connect(primary, false, "app", "secret")) {
      assertThat(ask(connection, "SELECT current_user")).isEqualTo("app");
      assertThat(ask(connection, "SHOW local_alloydb.tls")).isEqualTo("TLSv1.3");
      assertThat(ask(connection, "SHOW server_version")).startsWith("18.");
    }
    Login login = primary.logins().get(primary.logins().size() - 1);
    assertThat(login.user()).isEqualTo("app");
    assertThat(login.exchange().userAgent()).isEqualTo("hand-made/1");
    assertThat(login.exchange().principal()).isEqualTo(LocalAlloyDbBuilder.ACCOUNT);
  }

  @Test
  void logsInWithMd5ThroughATunnel() throws Exception {
    try (Connection connection =
        connector.connect(alloyDb.instance("primary"), false, "legacy", "old secret")) {
      assertThat(ask(connection, "SELECT current_user")).isEqualTo("legacy");
    }
  }

  @Test
  void rejectsWrongPassword() {
    assertThatThrownBy(() -> connector.connect(alloyDb.instance("primary"), false, "app", "guess"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("password authentication failed for user \"app\"");
  }

  @Test
  void acceptsTheTokensIdentityWithoutAPassword() throws Exception {
    String user = alloyDb.account().databaseUser();

    try (Connection connection = connector.connect(alloyDb.instance("primary"), true, user, null)) {
      assertThat(ask(connection, "SELECT session_user")).isEqualTo("app@local-project.iam");
      assertThat(ask(connection, "SHOW local_alloydb.auth")).isEqualTo("AUTO_IAM");
    }
  }

  @Test
  void rejectsAUserOtherThanTheTokensIdentity() {
    assertThatThrownBy(() -> connector.connect(alloyDb.instance("primary"), true, "app", "secret"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("IAM authentication failed for user \"app\"")
        .hasMessageContaining("app@local-project.iam");
  }

  @Test
  void nativeLoginRequiresAPassword() {
    assertThatThrownBy(
            () ->
                connector.connect(
                    alloyDb.instance("primary"), false, alloyDb.account().databaseUser(), null))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("no password was provided");
  }

  @Test
  void sessionShowsItsInstance() throws Exception {
    try (Connection primary =
            connector.connect(alloyDb.instance("primary"), false, "app", "secret");
        Connection reads = connector.connect(alloyDb.instance("reads"), false, "app", "secret")) {
      assertThat(ask(primary, "SHOW local_alloydb.instance")).isEqualTo("primary");
      assertThat(ask(reads, "SHOW local_alloydb.instance")).isEqualTo("reads");
    }
  }

  @Test
  void cancelsAStatementThroughASeparateTunnel() throws Exception {
    long cancels = alloyDb.count(Served.CANCEL);
    try (Connection connection =
            connector.connect(alloyDb.instance("primary"), false, "app", "secret");
        Statement statement = connection.createStatement()) {
      CompletableFuture<Throwable> end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  statement.execute("SELECT pg_sleep(30)");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      awaitStatement("SELECT pg_sleep(30)");
      statement.cancel();
      assertThat(end.join()).hasMessageContaining("canceling statement due to user request");
    }
    assertThat(alloyDb.count(Served.CANCEL)).isEqualTo(cancels + 1);
  }

  private static void awaitStatement(String sql) throws SQLException {
    try (Connection superuser = alloyDb.superuser()) {
      while (!ask(
              superuser,
              "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '"
                  + sql
                  + "'")
          .equals("1")) {
        Thread.onSpinWait();
      }
    }
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
