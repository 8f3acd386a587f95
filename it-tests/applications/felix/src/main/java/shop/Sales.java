package shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import org.osgi.service.jdbc.DataSourceFactory;

/** Sells lamps over several connections at once, each made in another way that the service has. */
final class Sales {

  private final DataSourceFactory driver;
  private final Properties login;

  Sales(DataSourceFactory driver, Properties login) {
    this.driver = driver;
    this.login = login;
  }

  String run() throws Exception {
    DataSource plain = driver.createDataSource(login);
    try (Connection connection = plain.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE sales (buyer text, pieces int)");
    }
    PooledConnection pooled = driver.createConnectionPoolDataSource(login).getPooledConnection();
    ExecutorService buyers = Executors.newFixedThreadPool(3);
    try {
      List<Future<Void>> ends = new ArrayList<>();
      ends.add(buyers.submit(() -> sell("data source", plain.getConnection())));
      ends.add(buyers.submit(() -> sell("pool", pooled.getConnection())));
      ends.add(
          buyers.submit(
              () ->
                  sell(
                      "driver",
                      driver.createDriver(null).connect(login.getProperty("url"), login))));
      for (Future<Void> end : ends) {
        end.get();
      }
    } finally {
      buyers.shutdown();
      pooled.close();
    }
    try (Connection connection = plain.getConnection()) {
      return sold(connection);
    }
  }

  /** Two sales that count, and one that is taken back. */
  private static Void sell(String buyer, Connection opened) throws SQLException {
    try (Connection connection = opened) {
      connection.setAutoCommit(false);
      insert(connection, buyer, 3);
      insert(connection, buyer, 4);
      connection.commit();
      insert(connection, buyer, 100);
      connection.rollback();
    }
    return null;
  }

  private static void insert(Connection connection, String buyer, int pieces) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO sales VALUES (?, ?)")) {
      insert.setString(1, buyer);
      insert.setInt(2, pieces);
      insert.executeUpdate();
    }
  }

  private static String sold(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(DISTINCT buyer), sum(pieces) FROM sales")) {
      row.next();
      return row.getInt(1) + " buyers, " + row.getInt(2) + " pieces";
    }
  }
}
