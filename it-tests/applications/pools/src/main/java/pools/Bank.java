package pools;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;

/** Accounts with money that is moved from one to another, but never becomes more or less. */
final class Bank {

  private static final int THREADS = 8;
  private static final int TRANSFERS = 8;
  private static final int ACCOUNTS = 16;
  private static final int BALANCE = 1000;

  private final DataSource source;
  private int rounds;

  Bank(DataSource source) {
    this.source = source;
  }

  void found() throws SQLException {
    try (Connection connection = source.getConnection()) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE IF EXISTS moves, accounts");
        statement.execute(
            "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0))");
        statement.execute(
            "CREATE TABLE moves (id serial PRIMARY KEY, source int NOT NULL REFERENCES accounts,"
                + " target int NOT NULL REFERENCES accounts, amount int NOT NULL)");
      }
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO accounts VALUES (?, ?)")) {
        for (int id = 0; id < ACCOUNTS; id++) {
          insert.setInt(1, id);
          insert.setInt(2, BALANCE);
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }
  }

  /** More threads than connections move money; every fourth transaction is rolled back. */
  void work() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> working = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        working.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < TRANSFERS; i++) {
                    transfer((first + i) % ACCOUNTS, (first + 7 * i + 1) % ACCOUNTS, i % 4 != 3);
                  }
                  return null;
                }));
      }
      for (Future<?> each : working) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread failed", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    rounds++;
  }

  private void transfer(int source, int target, boolean commit) throws SQLException {
    try (Connection connection = this.source.getConnection()) {
      Main.check(connection.isValid(10), "not valid");
      connection.setAutoCommit(false);
      // always in the same order, so that no two of them wait for one another
      change(connection, Math.min(source, target), source < target ? -1 : 1);
      change(connection, Math.max(source, target), source < target ? 1 : -1);
      note(connection, source, target, 1);
      if (commit) {
        connection.commit();
      } else {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }

  private static void change(Connection connection, int account, int amount) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE accounts SET balance = balance + ? WHERE id = ?")) {
      update.setInt(1, amount);
      update.setInt(2, account);
      Main.check(update.executeUpdate() == 1, "no account " + account);
    }
  }

  static void note(Connection connection, int source, int target, int amount) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO moves (source, target, amount) VALUES (?, ?, ?)")) {
      insert.setInt(1, source);
      insert.setInt(2, target);
      insert.setInt(3, amount);
      insert.executeUpdate();
    }
  }

  /** What was committed is there, and nothing else. */
  String audit() throws SQLException {
    try (Connection connection = source.getConnection()) {
      int sum = Sessions.number(connection, "SELECT sum(balance) FROM accounts");
      Main.check(sum == ACCOUNTS * BALANCE, "there is " + sum);
      int moves = Sessions.number(connection, "SELECT count(*) FROM moves");
      int expected = rounds * THREADS * TRANSFERS * 3 / 4;
      Main.check(moves == expected, moves + " moves, not " + expected);
      return moves + " moves committed";
    }
  }
}
