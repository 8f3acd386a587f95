package pools;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

/** This user's other sessions, as the server sees them. */
final class Sessions implements AutoCloseable {

  private static final String OTHERS =
      " FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()";

  private final Connection connection;

  Sessions(Login login) throws SQLException {
    connection = login.connect();
  }

  static int id(Connection connection) throws SQLException {
    return number(connection, "SELECT pg_backend_pid()");
  }

  /** Ends all, and waits for that. */
  int end() throws SQLException {
    return number(connection, "SELECT count(pg_terminate_backend(pid, 10000))" + OTHERS);
  }

  /** Ends one, and waits for that. */
  void end(int id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_terminate_backend(?, 10000)")) {
      statement.setInt(1, id);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        Main.check(row.getBoolean(1), "session " + id + " did not end");
      }
    }
  }

  /** Waits until all have ended by themselves. */
  void awaitNone() throws SQLException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (number(connection, "SELECT count(*)" + OTHERS) > 0) {
      Main.check(System.nanoTime() < end, "sessions are left");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  static int number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
