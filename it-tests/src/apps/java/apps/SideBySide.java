package apps;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CyclicBarrier;

/**
 * Uses several databases concurrently: {@code SideBySide USER PASSWORD URL...}. Each has a separate
 * thread that opens five connections in turn, concurrently with the others, and keeps them all open
 * until the last one is opened. Prints the results of each.
 */
public final class SideBySide {

  private static final int ROUNDS = 5;

  private SideBySide() {}

  public static void main(String[] args) throws Exception {
    int count = args.length - 2;
    CyclicBarrier together = new CyclicBarrier(count);
    Thread[] threads = new Thread[count];
    String[] found = new String[count];
    for (int i = 0; i < count; i++) {
      int database = i;
      threads[i] =
          new Thread(() -> found[database] = work(args[database + 2], args[0], args[1], together));
      threads[i].start();
    }
    for (int i = 0; i < count; i++) {
      threads[i].join();
      System.out.println((i + 1) + ": " + found[i]);
    }
  }

  private static String work(String url, String user, String password, CyclicBarrier together) {
    try {
      return open(ROUNDS, url, user, password, together);
    } catch (Exception e) {
      together.reset(); // otherwise the others would wait for this one
      return "failed: " + JdbcProbe.oneLine(JdbcProbe.chain(e));
    }
  }

  private static String open(
      int more, String url, String user, String password, CyclicBarrier together) throws Exception {
    together.await();
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      String before = ask(connection);
      String others = more > 1 ? open(more - 1, url, user, password, together) : before;
      String after = ask(connection);
      if (!before.equals(after) || !before.equals(others)) {
        throw new SQLException(before + ", " + others + ", " + after);
      }
      return before;
    }
  }

  private static String ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT current_user || ' at ' || current_setting('local_alloydb.instance')")) {
      row.next();
      return row.getString(1);
    }
  }
}
