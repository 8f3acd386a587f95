package debezium;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** Captures the changes of a table: {@code Main URL USER PASSWORD}. */
public final class Main {

  private static final String SLOT = "shop";

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    try (Connection connection =
        DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
      execute(
          connection,
          "CREATE TABLE orders (id int PRIMARY KEY, item text NOT NULL)",
          "INSERT INTO orders VALUES (1, 'desk'), (2, 'lamp'), (3, 'chair')",
          "CREATE PUBLICATION shop FOR TABLE orders");
      Properties properties = properties(arguments);
      try (Engine engine = new Engine(properties)) {
        System.out.println("snapshot: " + engine.await(3));
        execute(connection, "INSERT INTO orders VALUES (4, 'shelf')");
        connection.setAutoCommit(false);
        execute(connection, "INSERT INTO orders VALUES (5, 'nothing')");
        connection.rollback();
        execute(
            connection,
            "UPDATE orders SET item = 'long desk' WHERE id = 1",
            "DELETE FROM orders WHERE id = 2");
        connection.commit();
        connection.setAutoCommit(true);
        System.out.println("streamed: " + engine.await(3));
      }
      execute(connection, "INSERT INTO orders VALUES (6, 'clock')");
      try (Engine engine = new Engine(properties)) {
        execute(connection, "INSERT INTO orders VALUES (7, 'rug')");
        System.out.println("after a restart: " + engine.await(2));
      }
      drop(connection);
    }
  }

  private static Properties properties(String[] arguments) {
    URI url = URI.create(arguments[0].substring("jdbc:".length()));
    Properties properties = new Properties();
    properties.setProperty("name", "shop");
    properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
    properties.setProperty("database.hostname", url.getHost());
    properties.setProperty("database.port", String.valueOf(url.getPort()));
    properties.setProperty("database.dbname", url.getPath().substring(1));
    properties.setProperty("database.user", arguments[1]);
    properties.setProperty("database.password", arguments[2]);
    properties.setProperty("plugin.name", "pgoutput");
    properties.setProperty("slot.name", SLOT);
    properties.setProperty("publication.name", "shop");
    properties.setProperty("publication.autocreate.mode", "disabled");
    properties.setProperty("table.include.list", "public.orders");
    properties.setProperty("topic.prefix", "shop");
    properties.setProperty(
        "offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
    properties.setProperty("offset.storage.file.filename", "offsets.dat");
    return properties;
  }

  private static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** The server sees the end of a replication a little later than the client. */
  private static void drop(Connection connection) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        execute(connection, "SELECT pg_drop_replication_slot('" + SLOT + "')");
        break;
      } catch (SQLException e) {
        boolean inUse = "55006".equals(e.getSQLState());
        if (!inUse || System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    execute(connection, "DROP PUBLICATION shop");
  }
}
