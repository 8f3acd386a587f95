package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs the measured tasks over any way to the database: {@code Bench URL USER PASSWORD TASK...},
 * {@code -} for no password. The tasks are run in this order:
 *
 * <pre>
 * first             connects and reads a row; comes first, if at all
 * warm:N            connects and disconnects N times, and prints nothing
 * hold:N            opens N connections and prints what the JVM holds meanwhile
 * connect:N         connects and disconnects N times, one after the other
 * paced:N:MILLIS    the same, with a pause after each
 * storm:THREADS:N   the same concurrently on threads, N in total
 * ping:N            a query on one connection, N times
 * bulk:MEGABYTES    reads and writes this much with COPY
 * await:FILE        waits for this file and prints what the JVM holds
 * </pre>
 *
 * It prints {@code figure NAME VALUE} for each figure, {@code connections N} for the number of
 * connections, and {@code way TEXT} for the server's view of the first one. Times are in
 * milliseconds unless their name contains another unit. Before the first row, it loads only the
 * classes that the row needs.
 */
public final class Bench {

  private final String url;
  private final String user;
  private final String password;
  private int connections;

  private Bench(String url, String user, String password) {
    this.url = url;
    this.user = user;
    this.password = "-".equals(password) ? null : password;
  }

  public static void main(String[] arguments) throws Exception {
    long mainStart = System.currentTimeMillis();
    Bench bench = new Bench(arguments[0], arguments[1], arguments[2]);
    for (int i = 3; i < arguments.length; i++) {
      String[] task = arguments[i].split(":");
      if (task[0].equals("first")) {
        bench.first(mainStart);
      } else if (task[0].equals("warm")) {
        bench.warm(Integer.parseInt(task[1]));
      } else if (task[0].equals("hold")) {
        bench.hold(Integer.parseInt(task[1]));
      } else if (task[0].equals("connect")) {
        bench.connect("connect", Integer.parseInt(task[1]), 0);
      } else if (task[0].equals("paced")) {
        bench.connect("paced", Integer.parseInt(task[1]), Long.parseLong(task[2]));
      } else if (task[0].equals("storm")) {
        bench.storm(Integer.parseInt(task[1]), Integer.parseInt(task[2]));
      } else if (task[0].equals("ping")) {
        bench.ping(Integer.parseInt(task[1]));
      } else if (task[0].equals("bulk")) {
        BulkCopy.run(bench.open(), Integer.parseInt(task[1]));
      } else if (task[0].equals("await")) {
        await(new File(arguments[i].substring("await:".length())));
      } else {
        throw new IllegalArgumentException("no task: " + arguments[i]);
      }
    }
    System.out.println("connections " + bench.connections);
  }

  private Connection open() throws SQLException {
    Connection connection =
        password == null
            ? DriverManager.getConnection(url + "&user=" + user)
            : DriverManager.getConnection(url, user, password);
    connections++; // storm counts its own connections
    return connection;
  }

  private void first(long mainStart) throws Exception {
    Connection connection = open();
    Statement statement = connection.createStatement();
    check(statement, "SELECT 4711", "4711");
    long row = System.currentTimeMillis();
    double cpu = Cpu.millis();
    long start = Held.jvmStart();
    figure("first.row", row - start);
    figure("first.main", mainStart - start);
    figure("first.cpu", cpu);
    figure("first.classes", Held.classes());
    try (ResultSet way =
        statement.executeQuery(
            "SELECT CASE WHEN ssl THEN version ELSE 'no TLS' END || ', '"
                + " || coalesce(current_setting('local_alloydb.auth', true), 'no exchange')"
                + " FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      way.next();
      System.out.println("way " + way.getString(1));
    }
    connection.close();
  }

  private void warm(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      open().close();
    }
  }

  private void hold(int count) throws Exception {
    List<Connection> open = new ArrayList<Connection>();
    Set<String> sessions = new HashSet<String>();
    for (int i = 0; i < count; i++) {
      Connection connection = open();
      open.add(connection);
      sessions.add(value(connection, "SELECT pg_backend_pid()"));
    }
    if (sessions.size() != count) {
      throw new IllegalStateException(count + " connections are " + sessions.size() + " sessions");
    }
    sessions.clear();
    Held.print("hold.");
    for (Connection connection : open) {
      check(connection, "SELECT 4711", "4711");
      connection.close();
    }
  }

  private void connect(String name, int count, long pause) throws Exception {
    long[] nanos = new long[count];
    double cpu = Cpu.millis();
    for (int i = 0; i < count; i++) {
      if (pause > 0) {
        Thread.sleep(pause);
      }
      long start = System.nanoTime();
      open().close();
      nanos[i] = System.nanoTime() - start;
    }
    figure(name + ".cpu", (Cpu.millis() - cpu) / count);
    percentiles(name, nanos, 1e6);
  }

  private void storm(int threads, int count) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    CountDownLatch go = new CountDownLatch(1);
    int each = count / threads;
    List<Future<long[]>> all = new ArrayList<Future<long[]>>();
    for (int t = 0; t < threads; t++) {
      Callable<long[]> worker =
          () -> {
            long[] nanos = new long[each];
            Bench own = new Bench(url, user, password == null ? "-" : password);
            go.await();
            for (int i = 0; i < each; i++) {
              long start = System.nanoTime();
              own.open().close();
              nanos[i] = System.nanoTime() - start;
            }
            return nanos;
          };
      all.add(workers.submit(worker));
    }
    double cpu = Cpu.millis();
    long start = System.nanoTime();
    go.countDown();
    long[] nanos = new long[threads * each];
    for (int t = 0; t < threads; t++) {
      System.arraycopy(all.get(t).get(), 0, nanos, t * each, each);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    workers.shutdown();
    connections += nanos.length;
    figure("storm.rate", nanos.length / seconds);
    figure("storm.cpu", (Cpu.millis() - cpu) / nanos.length);
    percentiles("storm", nanos, 1e6);
  }

  private void ping(int count) throws Exception {
    long[] nanos = new long[count];
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < count / 2; i++) {
        check(statement, "SELECT 1", "1"); // warms up
      }
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        check(statement, "SELECT 1", "1");
        nanos[i] = System.nanoTime() - start;
      }
    }
    percentiles("ping.micros", nanos, 1e3);
  }

  private static void await(File file) throws Exception {
    System.out.println("waiting");
    while (!file.exists()) {
      Thread.sleep(20);
    }
    Held.print("held.");
  }

  private static String value(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void check(Connection connection, String query, String expected)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      check(statement, query, expected);
    }
  }

  private static void check(Statement statement, String query, String expected)
      throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      if (!row.next() || !expected.equals(row.getString(1))) {
        throw new IllegalStateException("another answer than " + expected);
      }
    }
  }

  private static void percentiles(String name, long[] nanos, double unit) {
    Arrays.sort(nanos);
    figure(name + ".p50", nanos[(nanos.length - 1) / 2] / unit);
    figure(name + ".p99", nanos[(int) Math.ceil(nanos.length * 0.99) - 1] / unit);
    figure(name + ".min", nanos[0] / unit);
  }

  static void figure(String name, double value) {
    System.out.println("figure " + name + " " + value);
  }
}
