package apps;

import java.sql.DriverManager;

/**
 * Tries to connect and prints the outcomes: {@code Attempts URL...}. The line of an attempt
 * contains all messages of the exception.
 */
public final class Attempts {

  private Attempts() {}

  public static void main(String[] urls) {
    for (String url : urls) {
      System.out.println("attempt: " + outcome(url));
    }
    System.exit(0); // a driver's threads may keep the JVM alive
  }

  private static String outcome(String url) {
    try {
      DriverManager.getConnection(url, "app", "secret").close();
      return "connected";
    } catch (Throwable e) {
      return messages(e);
    }
  }

  static String messages(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      all.append(each.toString().replace('\n', ' ')).append(" | ");
    }
    return all.toString();
  }
}
