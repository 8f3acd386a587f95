package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connects as its arguments specify, and prints the outcomes:
 *
 * <ul>
 *   <li>{@code NAME=URL} connects on a separate thread and prints {@code NAME: ok: USER (MILLIS
 *       ms)} or {@code NAME: failed: CAUSE <- CAUSE (MILLIS ms)}
 *   <li>{@code NAME@MILLIS=URL} does the same, interrupts the thread after that time, and appends
 *       its interrupt status to the line
 *   <li>{@code NAME*SECONDS=URL} repeats the same until it succeeds, for at most this time
 *   <li>{@code await=FILE} waits until the previous connections are done and the file exists
 * </ul>
 */
public final class Connects {

  private Connects() {}

  public static void main(String[] arguments) throws Exception {
    List<Thread> started = new ArrayList<>();
    for (String argument : arguments) {
      String name = argument.substring(0, argument.indexOf('='));
      String value = argument.substring(name.length() + 1);
      if (name.equals("await")) {
        join(started);
        await(new File(value));
      } else {
        started.add(start(name, value));
      }
    }
    join(started);
    System.out.println("done");
  }

  private static Thread start(String name, String url) {
    if (name.indexOf('@') >= 0) {
      String[] parts = name.split("@");
      return interrupting(parts[0], url, Long.parseLong(parts[1]));
    }
    String[] parts = name.split("[*]");
    long seconds = parts.length == 1 ? 0 : Long.parseLong(parts[1]);
    Thread connecting = new Thread(() -> connect(parts[0], url, seconds, false), parts[0]);
    connecting.start();
    return connecting;
  }

  private static Thread interrupting(String name, String url, long millis) {
    Thread connecting = new Thread(() -> connect(name, url, 0, true), name);
    connecting.start();
    Thread interrupting =
        new Thread(
            () -> {
              try {
                Thread.sleep(millis);
                connecting.interrupt();
                connecting.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    interrupting.start();
    return interrupting;
  }

  private static void connect(String name, String url, long seconds, boolean interrupted) {
    long start = System.nanoTime();
    String result;
    boolean again;
    do {
      try {
        result = "ok: " + user(url);
        again = false;
      } catch (SQLException e) {
        result = "failed: " + JdbcProbe.chain(e);
        again = System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds) && pause();
      }
    } while (again);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    String flag =
        interrupted
            ? Thread.currentThread().isInterrupted() ? ", interrupted" : ", not interrupted"
            : "";
    System.out.println(
        name + ": " + JdbcProbe.oneLine(result) + " (" + millis + " ms" + flag + ")");
  }

  private static String user(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT current_user")) {
      row.next();
      return row.getString(1);
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(100);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  private static void await(File file) throws InterruptedException {
    while (!file.exists()) {
      Thread.sleep(10);
    }
  }
}
