package apps;

import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * Tests a database step by step: {@code JdbcProbe URL USER PASSWORD STEP...}, with {@code -} for no
 * user or no password. Each step uses a separate connection and prints one line, {@code STEP: ok:
 * RESULT} or {@code STEP: failed: CAUSE <- CAUSE}. A step {@code url=jdbc:...} changes the database
 * for the later steps. The exit status is the number of failed steps.
 */
public final class JdbcProbe {

  private final Properties login = new Properties();
  private String url;

  private JdbcProbe(String url, String user, String password) {
    this.url = url;
    if (!user.equals("-")) {
      login.setProperty("user", user);
    }
    if (!password.equals("-")) {
      login.setProperty("password", password);
    }
  }

  public static void main(String[] args) {
    JdbcProbe probe = new JdbcProbe(args[0], args[1], args[2]);
    int failed = 0;
    for (String step : Arrays.asList(args).subList(3, args.length)) {
      if (step.startsWith("url=")) {
        probe.url = step.substring(4);
        continue;
      }
      long start = System.nanoTime();
      String result;
      try (Connection connection = DriverManager.getConnection(probe.url, probe.login)) {
        result = "ok: " + probe.run(step, connection);
      } catch (Exception e) {
        failed++;
        result = "failed: " + chain(e);
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      System.out.println(step + ": " + oneLine(result) + " (" + millis + " ms)");
    }
    System.exit(failed);
  }

  private String run(String step, Connection connection) throws Exception {
    switch (step) {
      case "query":
        return scalar(connection, "SELECT current_user || ' at ' || current_database()");
      case "session":
        return session(connection);
      case "metadata":
        return metadata(connection);
      case "cancel":
        return cancel(connection);
      case "queryTimeout":
        return queryTimeout(connection);
      case "notify":
        return listen(connection);
      case "copy":
        return copy(connection);
      case "large":
        return large(connection);
      case "transaction":
        return transaction(connection);
      default:
        throw new IllegalArgumentException("no step " + step);
    }
  }

  /** Returns the AlloyDB simulator's information about the session's route. */
  private static String session(Connection connection) throws SQLException {
    StringBuilder session = new StringBuilder(scalar(connection, "SELECT current_user"));
    String[] names = {"instance", "auth", "principal", "certificate", "scopes"};
    for (String name : names) {
      session.append(' ').append(scalar(connection, "SHOW local_alloydb." + name));
    }
    return session.toString();
  }

  private static String metadata(Connection connection) throws SQLException {
    DatabaseMetaData metadata = connection.getMetaData();
    try (ResultSet tables = metadata.getTables(null, "pg_catalog", "pg_class", null)) {
      return metadata.getDatabaseProductName()
          + " "
          + metadata.getDatabaseProductVersion()
          + ", driver "
          + metadata.getDriverVersion()
          + ", user "
          + metadata.getUserName()
          + ", url "
          + metadata.getURL()
          + (tables.next() ? ", pg_class" : ", no pg_class");
    }
  }

  /**
   * Sends the request repeatedly, because a request that arrives before the query has no effect.
   */
  private static String cancel(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      Thread canceller =
          new Thread(
              () -> {
                try {
                  while (!Thread.interrupted()) {
                    Thread.sleep(200);
                    statement.cancel();
                  }
                } catch (SQLException e) {
                  System.out.println("cancel request: failed: " + oneLine(chain(e)));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      canceller.setDaemon(true);
      canceller.start();
      String end = sleepUntilStopped(statement);
      canceller.interrupt();
      canceller.join();
      return end;
    }
  }

  private static String queryTimeout(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      return sleepUntilStopped(statement);
    }
  }

  private static String sleepUntilStopped(Statement statement) throws SQLException {
    try {
      statement.execute("SELECT pg_sleep(20)");
    } catch (SQLException e) {
      if ("57014".equals(e.getSQLState())) { // query_canceled
        return e.getMessage();
      }
      throw e;
    }
    throw new SQLException("the query ran to its end");
  }

  private String listen(Connection connection) throws Exception {
    execute(connection, "LISTEN probe");
    try (Connection other = DriverManager.getConnection(url, login)) {
      execute(other, "NOTIFY probe");
    }
    long start = System.nanoTime();
    while (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < 10) {
      Object[] notifications = (Object[]) call(connection, "getNotifications");
      if (notifications != null && notifications.length > 0) {
        return call(notifications[0], "getName") + " arrived";
      }
      Thread.sleep(10);
    }
    throw new SQLException("no notification within 10 s");
  }

  private static String copy(Connection connection) throws Exception {
    execute(connection, "CREATE TEMPORARY TABLE probe (n int, t text)");
    Object copies = call(connection, "getCopyAPI");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      rows.append(i).append("\trow ").append(i).append('\n');
    }
    copies
        .getClass()
        .getMethod("copyIn", String.class, Reader.class)
        .invoke(copies, "COPY probe FROM STDIN", new StringReader(rows.toString()));
    StringWriter back = new StringWriter();
    copies
        .getClass()
        .getMethod("copyOut", String.class, Writer.class)
        .invoke(copies, "COPY (SELECT * FROM probe ORDER BY n) TO STDOUT", back);
    if (!back.toString().contentEquals(rows)) {
      throw new SQLException("what came back differs from what was sent");
    }
    return "10000 rows there and back";
  }

  /** Transfers 16 MiB in each direction and compares them. */
  private static String large(Connection connection) throws SQLException {
    byte[] sent = new byte[16 << 20];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) (i * 31 + (i >> 12));
    }
    try (PreparedStatement select = connection.prepareStatement("SELECT ?")) {
      select.setBytes(1, sent);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        if (!Arrays.equals(sent, row.getBytes(1))) {
          throw new SQLException("what came back differs from what was sent");
        }
      }
    }
    return "16 MiB there and back";
  }

  private static String transaction(Connection connection) throws SQLException {
    execute(connection, "CREATE TEMPORARY TABLE probe (n int)");
    connection.setAutoCommit(false);
    execute(connection, "INSERT INTO probe VALUES (1)");
    connection.commit();
    execute(connection, "INSERT INTO probe VALUES (2)");
    connection.rollback();
    return scalar(connection, "SELECT count(*) FROM probe") + " row left";
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String scalar(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Calls a method that only PostgreSQL's drivers have, whatever their package is. */
  private static Object call(Object target, String method) throws Exception {
    Method found = target.getClass().getMethod(method);
    found.setAccessible(true);
    return found.invoke(target);
  }

  static String chain(Throwable thrown) {
    StringBuilder chain = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvocationTargetException) {
        continue;
      }
      chain.append(chain.length() == 0 ? "" : " <- ").append(cause);
      if (cause instanceof SQLException && ((SQLException) cause).getSQLState() != null) {
        chain.append(" [").append(((SQLException) cause).getSQLState()).append(']');
      }
      for (Throwable suppressed : cause.getSuppressed()) {
        chain.append(" {suppressed: ").append(chain(suppressed)).append('}');
      }
    }
    return chain.toString();
  }

  static String oneLine(String text) {
    return text.replace("\r", "").replace("\n", " | ");
  }
}
