package apps;

import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.logging.Logger;

/**
 * Sets, in {@code main}, properties that the JDK reads only once, and then depends on them: {@code
 * SetsInMain URL USER PASSWORD START LOGGING TRUST HTTPS}. It waits for the file {@code START},
 * logs as the file {@code LOGGING} configures while it uses the database, and calls the server
 * {@code HTTPS}, whose certificate only the file {@code TRUST} verifies.
 */
public final class SetsInMain {

  private SetsInMain() {}

  public static void main(String[] arguments) throws Exception {
    File start = new File(arguments[3]);
    while (!start.exists()) {
      Thread.sleep(10);
    }
    // the driver logs, too
    System.setProperty("java.util.logging.config.file", arguments[4]);
    connect(arguments);
    System.setProperty("javax.net.ssl.trustStore", arguments[5]);
    System.out.println("status " + ask(arguments[6]));
    connect(arguments);
  }

  private static void connect(String[] arguments) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
      Logger.getLogger("shop").finer("valid: " + connection.isValid(10));
    }
  }

  private static int ask(String address) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(address).toURL().openConnection();
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}
