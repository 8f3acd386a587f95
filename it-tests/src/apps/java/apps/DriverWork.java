package apps;

import apps.PublishedDriver.AbsentException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * Runs the checks of one driver. A feature that the version lacks is absent; an incorrect result
 * throws.
 */
final class DriverWork {

  private static final String USER = "app";
  private static final String PASSWORD = "secret";
  private static final long COPIED = Long.getLong("copy.megabytes", 50) << 20;

  /**
   * A timeout of one second that had no effect by then is ignored by the driver, however busy the
   * machine is.
   */
  private static final int IGNORED_SECONDS = 8;

  private static final String[] SSL_MODES = {
    "disable", "allow", "prefer", "require", "verify-ca", "verify-full"
  };

  private final String name;
  private final PublishedDriver driver;
  private final DriverChecks.Servers servers;

  DriverWork(String name, PublishedDriver driver, DriverChecks.Servers servers) {
    this.name = name;
    this.driver = driver;
    this.servers = servers;
  }

  Map<String, DriverChecks.Check> checks() {
    Map<String, DriverChecks.Check> checks = new LinkedHashMap<>();
    checks.put("query", () -> query(""));
    checks.put("prepared", this::prepared);
    checks.put("cancel", this::cancel);
    checks.put("queryTimeout", this::queryTimeout);
    for (String mode : SSL_MODES) {
      checks.put("sslmode=" + mode, () -> query(ssl("sslmode=" + mode)));
    }
    checks.put("ssl=true", () -> query(ssl("ssl=true")));
    checks.put("localSocketAddress", () -> query("?localSocketAddress=127.0.0.1"));
    checks.put("socketTimeout", this::socketTimeout);
    checks.put("notify", this::listen);
    checks.put("copy", this::copy);
    checks.put("largeObject", this::largeObject);
    checks.put("hosts", this::hosts);
    checks.put("targetServerType", this::targetServerType);
    checks.put("wrongPassword", this::wrongPassword);
    checks.put("simpleDataSource", this::simpleDataSource);
    checks.put("poolingDataSource", this::poolingDataSource);
    checks.put("connectionPool", this::connectionPool);
    checks.put("xa", this::xa);
    checks.put("replication", this::replication);
    checks.put("iam", () -> iam("app@local-project.iam"));
    checks.put("iamUser", () -> iam("whoever"));
    return checks;
  }

  private String ssl(String parameter) {
    return "?" + parameter + "&sslrootcert=" + servers.authority;
  }

  private Connection open() throws SQLException {
    return driver.connect(servers.host, "", USER, PASSWORD);
  }

  private String query(String parameters) throws SQLException {
    try (Connection connection = driver.connect(servers.host, parameters, USER, PASSWORD)) {
      return scalar(connection, "SELECT current_user || ' ' || 1");
    }
  }

  /** Repeats the query until the driver prepares it on the server. */
  private String prepared() throws SQLException {
    try (Connection connection = open();
        PreparedStatement statement = connection.prepareStatement("SELECT ? || 'x', ? + 1")) {
      int sum = 0;
      for (int i = 0; i < 12; i++) {
        statement.setString(1, "a" + i);
        statement.setInt(2, i);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          if (!row.getString(1).equals("a" + i + "x")) {
            throw new SQLException("another row came: " + row.getString(1));
          }
          sum += row.getInt(2);
        }
      }
      return "sum " + sum;
    }
  }

  /**
   * Sends the request repeatedly, because a request that arrives before the query has no effect.
   */
  private String cancel() throws Exception {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      AtomicBoolean over = new AtomicBoolean();
      SQLException[] refused = new SQLException[1];
      Thread canceller =
          new Thread(
              () -> {
                try {
                  while (!over.get()) {
                    TimeUnit.MILLISECONDS.sleep(200);
                    statement.cancel();
                  }
                } catch (SQLException e) {
                  refused[0] = e;
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              },
              "canceller");
      canceller.setDaemon(true);
      canceller.start();
      try {
        boolean ran = !stopped(statement, 10);
        if (refused[0] != null) {
          throw refused[0];
        }
        if (ran) {
          throw new SQLException("the query ran to its end");
        }
      } finally {
        over.set(true);
        canceller.interrupt();
        canceller.join();
      }
      return "cancelled";
    }
  }

  private String queryTimeout() throws Exception {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      try {
        statement.setQueryTimeout(1);
      } catch (SQLException e) {
        throw new AbsentException("no query timeout");
      }
      if (!stopped(statement, IGNORED_SECONDS)) {
        throw new AbsentException("no query timeout");
      }
      return "cancelled";
    }
  }

  private static boolean stopped(Statement statement, int seconds) throws SQLException {
    try {
      statement.execute("SELECT pg_sleep(" + seconds + ")");
      return false;
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("canceling statement due to user request")) {
        return true;
      }
      throw e;
    }
  }

  private String socketTimeout() throws Exception {
    try (Connection connection = driver.connect(servers.host, "?socketTimeout=1", USER, PASSWORD);
        Statement statement = connection.createStatement()) {
      long start = System.nanoTime();
      try {
        statement.execute("SELECT pg_sleep(" + IGNORED_SECONDS + ")");
      } catch (SQLException e) {
        if (JdbcProbe.chain(e).contains("SocketTimeoutException")
            && TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < IGNORED_SECONDS) {
          return "timed out";
        }
        throw e;
      }
      throw new AbsentException("no socketTimeout");
    }
  }

  /** Polls the driver for the notification, without a query whose response could contain it. */
  private String listen() throws Exception {
    try (Connection connection = open();
        Connection other = open()) {
      String channel = "n" + Integer.toHexString(name.hashCode());
      execute(connection, "LISTEN " + channel);
      execute(other, "NOTIFY " + channel);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (System.nanoTime() < end) {
        Object[] found = (Object[]) driver.extension(connection, "getNotifications");
        if (found != null && found.length > 0) {
          return "arrived";
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
      execute(connection, "SELECT 1");
      Object[] late = (Object[]) driver.extension(connection, "getNotifications");
      if (late != null && late.length > 0) {
        throw new AbsentException("notifications come with queries alone");
      }
      throw new SQLException("no notification");
    }
  }

  private String copy() throws Exception {
    try (Connection connection = open()) {
      execute(connection, "CREATE TEMPORARY TABLE copied (t text)");
      Object copies = driver.extension(connection, "getCopyAPI");
      CopiedRows rows = new CopiedRows(COPIED);
      PublishedDriver.call(copies, "copyIn", "COPY copied FROM STDIN", (InputStream) rows);
      CopiedRows.Compared back = new CopiedRows(COPIED).compared();
      PublishedDriver.call(copies, "copyOut", "COPY copied TO STDOUT", (OutputStream) back);
      return back.bytes() + " bytes there and back";
    }
  }

  private String largeObject() throws Exception {
    byte[] content = new byte[1 << 20];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + (i >> 12));
    }
    try (Connection connection = open()) {
      connection.setAutoCommit(false);
      Object objects = driver.extension(connection, "getLargeObjectAPI");
      Object id;
      try {
        id = PublishedDriver.call(objects, "createLO");
      } catch (AbsentException e) {
        id = PublishedDriver.call(objects, "create");
      }
      Object object = PublishedDriver.call(objects, "open", id);
      PublishedDriver.call(object, "write", content);
      PublishedDriver.call(object, "seek", 0);
      byte[] back = (byte[]) PublishedDriver.call(object, "read", content.length);
      PublishedDriver.call(object, "close");
      connection.rollback();
      if (!Arrays.equals(content, back)) {
        throw new SQLException("what came back differs from what was sent");
      }
      return "1 MiB there and back";
    }
  }

  private String hosts() throws Exception {
    if (!driver.knowsHostLists()) {
      throw new AbsentException("no lists of hosts");
    }
    try (Connection connection =
        driver.connect("127.0.0.1:1," + servers.host, "", USER, PASSWORD)) {
      return scalar(connection, "SELECT current_user");
    }
  }

  /**
   * A driver that does not know the parameter connects to a primary even if a standby is required.
   */
  private String targetServerType() throws Exception {
    if (!driver.knowsHostLists()) {
      throw new AbsentException("no lists of hosts");
    }
    String both = servers.otherHost + "," + servers.host;
    try (Connection connection = driver.connect(both, "?targetServerType=slave", USER, PASSWORD)) {
      throw new AbsentException("no targetServerType, connected: " + !connection.isClosed());
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("target")) {
        throw e;
      }
    }
    try (Connection connection = driver.connect(both, "?targetServerType=master", USER, PASSWORD)) {
      return scalar(connection, "SELECT current_user") + ", and no standby";
    }
  }

  private String wrongPassword() throws SQLException {
    try (Connection connection = driver.connect(servers.host, "", USER, "wrong")) {
      throw new SQLException("logged in, closed: " + connection.isClosed());
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("password authentication failed for user")) {
        return e.getSQLState() + " " + e.getMessage().split("[\r\n]")[0];
      }
      throw e;
    }
  }

  private String simpleDataSource() throws Exception {
    DataSource source =
        (DataSource)
            configured(
                ".ds.PGSimpleDataSource",
                ".jdbc3.Jdbc3SimpleDataSource",
                ".jdbc2.optional.SimpleDataSource");
    try (Connection connection = source.getConnection()) {
      return scalar(connection, "SELECT current_user");
    }
  }

  private String poolingDataSource() throws Exception {
    Object source =
        configured(
            ".ds.PGPoolingDataSource",
            ".jdbc3.Jdbc3PoolingDataSource",
            ".jdbc2.optional.PoolingDataSource");
    PublishedDriver.call(source, "setDataSourceName", name + System.nanoTime());
    try {
      String users = "";
      for (int i = 0; i < 2; i++) {
        try (Connection connection = ((DataSource) source).getConnection()) {
          users += scalar(connection, "SELECT current_user");
        }
      }
      return users;
    } finally {
      PublishedDriver.call(source, "close");
    }
  }

  private String connectionPool() throws Exception {
    ConnectionPoolDataSource source =
        (ConnectionPoolDataSource)
            configured(
                ".ds.PGConnectionPoolDataSource",
                ".jdbc3.Jdbc3ConnectionPool",
                ".jdbc2.optional.ConnectionPool");
    PooledConnection pooled = source.getPooledConnection();
    try (Connection connection = pooled.getConnection()) {
      return scalar(connection, "SELECT current_user");
    } finally {
      pooled.close();
    }
  }

  private String xa() throws Exception {
    XADataSource source = (XADataSource) configured(".xa.PGXADataSource");
    XAConnection connected = source.getXAConnection();
    try {
      XAResource resource = connected.getXAResource();
      Xid id = new TransactionId(name + System.nanoTime());
      resource.start(id, XAResource.TMNOFLAGS);
      try (Connection connection = connected.getConnection()) {
        execute(connection, "INSERT INTO checks VALUES ('xa')");
        resource.end(id, XAResource.TMSUCCESS);
      }
      int vote = resource.prepare(id);
      if (vote != XAResource.XA_OK) {
        throw new SQLException("vote " + vote);
      }
      resource.commit(id, false);
      return "committed in two phases";
    } finally {
      connected.close();
    }
  }

  private Object configured(String... classes) throws Exception {
    Object source = driver.bean(classes);
    String host = servers.host;
    int colon = host.indexOf(':');
    PublishedDriver.call(source, "setServerName", colon < 0 ? host : host.substring(0, colon));
    if (colon >= 0) {
      PublishedDriver.call(source, "setPortNumber", Integer.valueOf(host.substring(colon + 1)));
    }
    PublishedDriver.call(source, "setDatabaseName", "postgres");
    PublishedDriver.call(source, "setUser", USER);
    PublishedDriver.call(source, "setPassword", PASSWORD);
    return source;
  }

  private String replication() throws Exception {
    String slot = "s" + Integer.toHexString(name.hashCode()) + Long.toString(System.nanoTime(), 36);
    try (Connection writer = open();
        Connection connection =
            driver.connect(
                servers.host,
                "?replication=database&assumeMinServerVersion=9.4&preferQueryMode=simple",
                USER,
                PASSWORD)) {
      Object streams = driver.extension(connection, "getReplicationAPI");
      scalar(
          writer,
          "SELECT slot_name FROM pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
      try {
        return streamed(streams, writer, slot);
      } finally {
        disconnect(connection);
        dropped(writer, slot);
      }
    }
  }

  private static String streamed(Object streams, Connection writer, String slot) throws Exception {
    Object builder = PublishedDriver.call(streams, "replicationStream");
    builder = PublishedDriver.call(builder, "logical");
    builder = PublishedDriver.call(builder, "withSlotName", slot);
    builder = PublishedDriver.call(builder, "withSlotOption", "proto_version", 1);
    builder = PublishedDriver.call(builder, "withSlotOption", "publication_names", "checks");
    Object stream = PublishedDriver.call(builder, "start");
    execute(writer, "INSERT INTO checks VALUES ('" + slot + "')");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < end) {
      ByteBuffer message = (ByteBuffer) PublishedDriver.call(stream, "readPending");
      if (message == null) {
        TimeUnit.MILLISECONDS.sleep(10);
      } else if (StandardCharsets.UTF_8.decode(message).toString().contains(slot)) {
        PublishedDriver.call(stream, "close");
        return "the row came";
      }
    }
    throw new SQLException("the row did not come");
  }

  private static void disconnect(Connection connection) throws SQLException {
    connection.close();
  }

  /** The server releases the slot some time after its connection has closed. */
  private static void dropped(Connection writer, String slot) throws Exception {
    for (int i = 0; ; i++) {
      try {
        execute(writer, "SELECT pg_drop_replication_slot('" + slot + "')");
        return;
      } catch (SQLException e) {
        if (i == 50) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private String iam(String user) throws Exception {
    if (servers.iamHost == null) {
      throw new AbsentException("no IAM login without the agent");
    }
    try (Connection connection = driver.connect(servers.iamHost, "", user, null)) {
      return scalar(connection, "SELECT current_user");
    }
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

  /** The ID of a transaction. */
  private static final class TransactionId implements Xid {
    private final byte[] id;

    TransactionId(String text) {
      byte[] all = text.getBytes(StandardCharsets.UTF_8);
      id = Arrays.copyOfRange(all, Math.max(0, all.length - MAXGTRIDSIZE), all.length);
    }

    @Override
    public int getFormatId() {
      return 1;
    }

    @Override
    public byte[] getGlobalTransactionId() {
      return id.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
      return new byte[] {1};
    }
  }
}
