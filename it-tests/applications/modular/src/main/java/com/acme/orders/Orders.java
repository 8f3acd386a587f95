package com.acme.orders;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Writes orders and reads them: {@code Orders URL USER PASSWORD}. */
public final class Orders {

  private Orders() {}

  /** Prints the modules at work, and what it read. */
  public static void main(String[] args) throws SQLException {
    try (Connection connection = DriverManager.getConnection(args[0], args[1], args[2])) {
      System.out.println("application: " + Orders.class.getModule());
      System.out.println("driver: " + connection.getClass().getModule());
      write(connection);
      read(connection);
    }
  }

  private static void write(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE orders (id int PRIMARY KEY, item text)");
    }
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO orders VALUES (?, ?)")) {
      for (int i = 1; i <= 100; i++) {
        insert.setInt(1, i);
        insert.setString(2, "lamp " + i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    connection.commit();
  }

  private static void read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*), max(item) FROM orders")) {
      row.next();
      System.out.println("orders: " + row.getInt(1) + ", last " + row.getString(2));
    }
  }
}
