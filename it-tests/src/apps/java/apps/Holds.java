package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds connections open until a file exists: {@code Holds FILE URL...}. Prints which URLs it could
 * connect to, and at the end how many of the connections are still open.
 */
public final class Holds {

  private Holds() {}

  public static void main(String[] arguments) throws Exception {
    List<Connection> held = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      try {
        Connection connection = DriverManager.getConnection(arguments[i]);
        connection.createStatement().executeQuery("select 1").next();
        held.add(connection);
        System.out.println("connected: " + i);
      } catch (SQLException e) {
        System.out.println("not connected: " + i);
      }
    }
    System.out.println("holding");
    while (!new File(arguments[0]).exists()) {
      Thread.sleep(20);
    }
    int standing = 0;
    for (Connection connection : held) {
      try {
        connection.createStatement().executeQuery("select 1").next();
        standing++;
      } catch (SQLException e) {
        // a failed connection is not counted
      }
      connection.close();
    }
    System.out.println("still standing: " + standing);
  }
}
