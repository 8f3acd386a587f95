package apps;

import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Exits the JVM as soon as a file exists, whatever a connection is doing then: {@code Exits URL
 * USER PASSWORD FILE STATUS}.
 */
public final class Exits {

  private Exits() {}

  public static void main(String[] args) throws InterruptedException {
    Thread connecting = new Thread(() -> connect(args), "connecting");
    connecting.start();
    File file = new File(args[3]);
    while (!file.exists()) {
      Thread.sleep(20);
    }
    System.exit(Integer.parseInt(args[4]));
  }

  private static void connect(String[] args) {
    try (Connection connection = DriverManager.getConnection(args[0], args[1], args[2])) {
      System.out.println("connected: " + !connection.isClosed());
      Thread.sleep(600_000);
    } catch (SQLException e) {
      System.out.println("failed: " + JdbcProbe.oneLine(JdbcProbe.chain(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
