package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Keeps a connection open until a file exists, and then opens another one: {@code Lasting URL USER
 * PASSWORD FILE}.
 */
public final class Lasting {

  private Lasting() {}

  public static void main(String[] args) throws Exception {
    try (Connection first = DriverManager.getConnection(args[0], args[1], args[2])) {
      System.out.println("first: " + ask(first));
      File file = new File(args[3]);
      while (!file.exists()) {
        Thread.sleep(20);
      }
      System.out.println("first, again: " + ask(first));
      try (Connection second = DriverManager.getConnection(args[0], args[1], args[2])) {
        System.out.println("second: " + ask(second));
      }
    }
  }

  private static String ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT current_user")) {
      row.next();
      return row.getString(1);
    }
  }
}
