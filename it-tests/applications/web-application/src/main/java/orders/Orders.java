package orders;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** Takes orders, by the data source that the server has for it. */
public final class Orders {

  private static final int CLERKS = 4;
  private static final int ORDERS_EACH = 25;

  private final DataSource database;

  /**
   * @param dataSource its JNDI name
   */
  public Orders(String dataSource) throws NamingException {
    database = (DataSource) new InitialContext().lookup(dataSource);
  }

  /** Does all of its work once, and tells in one line what came of it. */
  public String work() throws Exception {
    create();
    ExecutorService clerks = Executors.newFixedThreadPool(CLERKS);
    try {
      int backends = takeOrders(clerks);
      String cancelled = cancel(clerks);
      takeBack();
      return backends + " connections at once, " + total() + ", cancelled: " + cancelled;
    } finally {
      clerks.shutdown();
      clerks.awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  private void create() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS orders");
      statement.execute("CREATE TABLE orders (id serial PRIMARY KEY, clerk int, amount numeric)");
    }
  }

  /** How many sessions PostgreSQL had for that. */
  private int takeOrders(ExecutorService clerks) throws Exception {
    CyclicBarrier all = new CyclicBarrier(CLERKS);
    List<Future<Integer>> backends = new ArrayList<>();
    for (int i = 1; i <= CLERKS; i++) {
      int clerk = i;
      backends.add(clerks.submit(() -> takeOrders(clerk, all)));
    }
    Set<Integer> distinct = new HashSet<>();
    for (Future<Integer> each : backends) {
      distinct.add(each.get());
    }
    return distinct.size();
  }

  private int takeOrders(int clerk, CyclicBarrier all)
      throws SQLException, InterruptedException, BrokenBarrierException, TimeoutException {
    try (Connection connection = database.getConnection()) {
      all.await(1, TimeUnit.MINUTES);
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO orders (clerk, amount) VALUES (?, ?)")) {
        for (int i = 1; i <= ORDERS_EACH; i++) {
          insert.setInt(1, clerk);
          insert.setBigDecimal(2, BigDecimal.valueOf(i, 2));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement();
          ResultSet found = statement.executeQuery("SELECT pg_backend_pid()")) {
        found.next();
        return found.getInt(1);
      }
    }
  }

  /** The SQL state of a query that another thread has cancelled. */
  private String cancel(ExecutorService clerks) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      Future<String> answer = clerks.submit(() -> stateOf(statement));
      awaitSleeper();
      statement.cancel();
      return answer.get();
    }
  }

  /** A query that is cancelled before it has reached the server is not cancelled. */
  private void awaitSleeper() throws SQLException {
    boolean sleeps = false;
    while (!sleeps) {
      try (Connection connection = database.getConnection();
          Statement statement = connection.createStatement();
          ResultSet found =
              statement.executeQuery(
                  "SELECT count(*) FROM pg_stat_activity"
                      + " WHERE state = 'active' AND wait_event = 'PgSleep'")) {
        found.next();
        sleeps = found.getInt(1) > 0;
      }
    }
  }

  private static String stateOf(Statement statement) {
    try {
      statement.execute("SELECT pg_sleep(60)");
      return "never";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  private void takeBack() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("DELETE FROM orders");
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private String total() throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement query =
            connection.prepareStatement("SELECT count(*), sum(amount) FROM orders WHERE id > ?")) {
      query.setInt(1, 0);
      query.setQueryTimeout(60);
      try (ResultSet found = query.executeQuery()) {
        found.next();
        return found.getInt(1) + " orders of " + found.getBigDecimal(2);
      }
    }
  }
}
