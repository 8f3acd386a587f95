package shop;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.apache.commons.dbcp.BasicDataSource;

/** {@code OldPools dbcp|c3p0 URL USER PASSWORD}: four workers share what the pool has. */
public final class OldPools {

  private static final int WORKERS = 4;

  private OldPools() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("dbcp")) {
      BasicDataSource pool = dbcp(args[1], args[2], args[3]);
      work(pool);
      System.out.println("pooled: " + (pool.getNumIdle() + pool.getNumActive()));
      pool.close();
    } else {
      ComboPooledDataSource pool = c3p0(args[1], args[2], args[3]);
      work(pool);
      System.out.println("pooled: " + pool.getNumConnectionsDefaultUser());
      pool.close();
    }
  }

  private static BasicDataSource dbcp(String url, String user, String password) {
    BasicDataSource pool = new BasicDataSource();
    pool.setDriverClassName("org.postgresql.Driver");
    pool.setUrl(url);
    pool.setUsername(user);
    pool.setPassword(password);
    pool.setMaxActive(WORKERS);
    pool.setMaxIdle(WORKERS);
    pool.setValidationQuery("SELECT 1");
    pool.setTestOnBorrow(true);
    pool.setPoolPreparedStatements(true);
    return pool;
  }

  private static ComboPooledDataSource c3p0(String url, String user, String password)
      throws Exception {
    ComboPooledDataSource pool = new ComboPooledDataSource();
    pool.setDriverClass("org.postgresql.Driver");
    pool.setJdbcUrl(url);
    pool.setUser(user);
    pool.setPassword(password);
    pool.setInitialPoolSize(WORKERS);
    pool.setMinPoolSize(WORKERS);
    pool.setMaxPoolSize(WORKERS);
    pool.setPreferredTestQuery("SELECT 1");
    pool.setTestConnectionOnCheckout(true);
    pool.setMaxStatements(20);
    return pool;
  }

  private static void work(DataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      System.out.println("driver: " + connection.getMetaData().getDriverVersion());
      statement.execute("CREATE TABLE stock (worker int, step int)");
    }
    CountDownLatch all = new CountDownLatch(WORKERS);
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    Set<Integer> sessions = new HashSet<>();
    try {
      List<Future<Integer>> ends = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        int worker = i;
        ends.add(workers.submit(() -> write(pool, worker, all)));
      }
      for (Future<Integer> end : ends) {
        sessions.add(end.get());
      }
    } finally {
      workers.shutdown();
    }
    System.out.println("sessions: " + sessions.size());
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*), sum(step) FROM stock")) {
      row.next();
      System.out.println("stock: " + row.getInt(1) + " rows, sum " + row.getInt(2));
    }
  }

  /** All workers hold a connection before the first of them goes on. */
  private static int write(DataSource pool, int worker, CountDownLatch all)
      throws SQLException, InterruptedException {
    try (Connection connection = pool.getConnection()) {
      all.countDown();
      all.await();
      connection.setAutoCommit(false);
      for (int step = 0; step < 50; step++) {
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO stock VALUES (?, ?)")) {
          insert.setInt(1, worker);
          insert.setInt(2, step);
          insert.executeUpdate();
        }
        if (step % 10 < 9) {
          connection.commit();
        } else {
          connection.rollback();
        }
      }
      connection.setAutoCommit(true);
      return backend(connection);
    }
  }

  private static int backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }
}
