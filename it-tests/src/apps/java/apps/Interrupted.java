package apps;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/**
 * Cancels a query and opens another connection on an interrupted thread, as executors' workers do:
 * {@code Interrupted URL}, or {@code Interrupted URL virtual}. It prints a line for each:
 *
 * <pre>
 * query: cancelled | query: not cancelled
 * connect: ok, interrupted | connect: failed: CAUSE, interrupted
 * </pre>
 */
public final class Interrupted {

  private Interrupted() {}

  public static void main(String[] arguments) throws Exception {
    String url = arguments[0];
    DriverManager.getConnection(url).close(); // loads classes and fetches what a connection needs
    Runnable work = () -> work(url);
    Thread worker =
        arguments.length > 1 // compiled for Java 8, run on 21 and later
            ? (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work)
            : new Thread(work);
    if (arguments.length == 1) {
      worker.start();
    }
    worker.join();
    System.exit(0); // a query that was not cancelled continues
  }

  private static void work(String url) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      CountDownLatch over = new CountDownLatch(1);
      String[] result = {"query: not cancelled"};
      Thread query =
          new Thread(
              () -> {
                try {
                  statement.execute("SELECT pg_sleep(60)");
                } catch (SQLException e) {
                  result[0] = "query: cancelled";
                }
                over.countDown();
              });
      query.start();
      Thread.sleep(500); // wait until the query runs
      Thread.currentThread().interrupt();
      statement.cancel();
      Thread.interrupted();
      query.join(5_000);
      System.out.println(result[0]);
      Thread.currentThread().interrupt();
      System.out.println(
          "connect: " + connect(url) + (Thread.interrupted() ? ", interrupted" : ""));
      if (over.getCount() > 0) {
        System.exit(0);
      }
    } catch (SQLException | InterruptedException e) {
      System.out.println("broken: " + JdbcProbe.chain(e));
    }
  }

  private static String connect(String url) {
    try {
      DriverManager.getConnection(url).close();
      return "ok";
    } catch (SQLException e) {
      return "failed: " + JdbcProbe.oneLine(JdbcProbe.chain(e));
    }
  }
}
