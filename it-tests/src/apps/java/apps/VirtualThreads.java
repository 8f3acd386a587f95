package apps;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Connects on virtual threads: {@code VirtualThreads URL USER PASSWORD CONNECTIONS AT_ONCE}. Each
 * thread opens a connection, requests rows and notifications, and closes it. Prints a line when a
 * fifth of them is done, by which time all classes should be loaded.
 */
public final class VirtualThreads {

  private VirtualThreads() {}

  public static void main(String[] args) throws Exception {
    Semaphore free = new Semaphore(Integer.parseInt(args[4]));
    Callable<Integer> task =
        () -> {
          free.acquire();
          try (Connection connection = DriverManager.getConnection(args[0], args[1], args[2])) {
            return rows(connection);
          } finally {
            free.release();
          }
        };
    ExecutorService virtual = // compiled for Java 8, run on 21 and later
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    int connections = Integer.parseInt(args[3]);
    int rows = sum(virtual, task, connections / 5);
    System.out.println("warm: " + Instant.now());
    rows += sum(virtual, task, connections - connections / 5);
    System.out.println(connections + " connections, " + rows + " rows");
    virtual.shutdown();
  }

  private static int sum(ExecutorService executor, Callable<Integer> task, int times)
      throws Exception {
    int sum = 0;
    for (Future<Integer> each : executor.invokeAll(Collections.nCopies(times, task))) {
      sum += each.get();
    }
    return sum;
  }

  private static int rows(Connection connection) throws Exception {
    int rows = 0;
    try (Statement statement = connection.createStatement();
        ResultSet each = statement.executeQuery("SELECT generate_series(1, 10), pg_sleep(0.001)")) {
      while (each.next()) {
        rows++;
      }
    }
    connection.getClass().getMethod("getNotifications").invoke(connection);
    return rows;
  }
}
