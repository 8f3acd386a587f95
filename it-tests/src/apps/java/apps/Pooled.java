package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps open connections in the driver's own pool, and takes more of them when a file exists:
 * {@code Pooled URL USER PASSWORD FILE}. Prints the route of each: the name of its instance, or
 * {@code plain}.
 */
public final class Pooled {

  private Pooled() {}

  @SuppressWarnings("deprecation") // every version of the driver has this pool
  public static void main(String[] args) throws Exception {
    org.postgresql.ds.PGPoolingDataSource pool = new org.postgresql.ds.PGPoolingDataSource();
    pool.setDataSourceName("orders");
    pool.setUrl(args[0]);
    pool.setUser(args[1]);
    pool.setPassword(args[2]);
    pool.setInitialConnections(3);
    pool.setMaxConnections(5);
    pool.initialize();
    System.out.println("at first: " + ways(pool, 3));
    File file = new File(args[3]);
    while (!file.exists()) {
      Thread.sleep(20);
    }
    System.out.println("later: " + ways(pool, 5));
    pool.close();
  }

  private static List<String> ways(javax.sql.DataSource pool, int count) throws SQLException {
    List<Connection> taken = new ArrayList<>();
    List<String> ways = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Connection connection = pool.getConnection();
      taken.add(connection);
      ways.add(way(connection));
    }
    for (Connection connection : taken) {
      connection.close();
    }
    ways.sort(null);
    return ways;
  }

  private static String way(Connection connection) throws SQLException {
    String question = "SELECT coalesce(current_setting('local_alloydb.instance', true), '')";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      row.next();
      String instance = row.getString(1);
      return instance.isEmpty() ? "plain" : instance;
    }
  }
}
