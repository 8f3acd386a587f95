package apps;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** An ordinary JDBC program: {@code OrdersProgram URL [USER [PASSWORD]]}. */
public final class OrdersProgram {

  private OrdersProgram() {}

  public static void main(String[] args) {
    Properties login = new Properties();
    if (args.length > 1) {
      login.setProperty("user", args[1]);
    }
    if (args.length > 2) {
      login.setProperty("password", args[2]);
    }
    try (Connection connection = DriverManager.getConnection(args[0], login)) {
      showServer(connection);
      writeOrders(connection);
      readOrders(connection);
    } catch (SQLException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        System.err.println((cause == e ? "failed: " : "  caused by: ") + cause);
      }
      System.exit(1);
    }
  }

  private static void showServer(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT version(), current_user")) {
      row.next();
      long started = ManagementFactory.getRuntimeMXBean().getStartTime();
      System.out.println(
          "first row after: " + (System.currentTimeMillis() - started) + " ms from JVM start");
      System.out.println("server: " + row.getString(1));
      System.out.println("user: " + row.getString(2));
    }
  }

  private static void writeOrders(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE orders (id int PRIMARY KEY, item text, pieces int)");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?)")) {
      String[] items = {"walnut desk", "reading lamp", "bücherregal"};
      for (int i = 0; i < items.length; i++) {
        insert.setInt(1, i + 1);
        insert.setString(2, items[i]);
        insert.setInt(3, 2 * i + 1);
        insert.executeUpdate();
      }
    }
  }

  private static void readOrders(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT id, item, pieces FROM orders ORDER BY id")) {
      while (rows.next()) {
        System.out.println(
            "order " + rows.getInt(1) + ": " + rows.getInt(3) + " x " + rows.getString(2));
      }
    }
  }
}
