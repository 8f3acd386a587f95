package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.SharedAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalAlloyDbBuilder;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs published software once without the agent, with a plain PostgreSQL, and once through the
 * agent, with an instance whose host no name service can resolve. With the agent it must behave the
 * same, close its connections, and log no problems that it does not log without it.
 */
final class Comparison implements AutoCloseable {

  /** The application to run. */
  interface Application {
    /**
     * Starts the application, lets it work, checks the results, and stops it as its manual
     * describes.
     *
     * @return everything that it logged, including standard error
     */
    String run(Database database) throws Exception;
  }

  private static final String HOST = "orders-db";

  private final LocalAlloyDb alloyDb;
  private final LocalInstance primary;
  private final Path directory;
  private final boolean isShared;

  /**
   * @param directory for files that the applications write
   */
  Comparison(Path directory) throws IOException {
    this(directory, SharedAlloyDb.md5(), true);
  }

  /** Uses and stops a local AlloyDB with other settings. */
  Comparison(Path directory, LocalAlloyDbBuilder builder) throws IOException {
    this(directory, builder.md5User(Database.USER, Database.PASSWORD).start(), false);
  }

  private Comparison(Path directory, LocalAlloyDb alloyDb, boolean isShared) {
    this.directory = directory;
    this.alloyDb = alloyDb;
    this.isShared = isShared;
    primary = alloyDb.instances().get(0);
  }

  LocalAlloyDb alloyDb() {
    return alloyDb;
  }

  /** Runs the application both ways, each time with an empty database. */
  void run(Application application) throws Exception {
    emptyDatabase();
    long startups = primary.count(Served.STARTUP);
    String plain = application.run(plain());
    assertThat(primary.count(Served.STARTUP)).as("tunnels without the agent").isEqualTo(startups);
    emptyDatabase();
    String tunnelled = application.run(tunnelled());
    assertThat(primary.count(Served.STARTUP)).as("tunnels").isGreaterThan(startups);
    assertSameProblems(plain, tunnelled);
    assertThat(tunnelled.lines().filter(line -> line.contains("alloydb-agent: ")))
        .as("the agent's lines in\n%s", tunnelled)
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(line -> line.contains("INFO alloydb-agent: "));
    assertNothingOpen();
  }

  private static void assertSameProblems(String plain, String tunnelled) {
    Set<String> troubles = Troubles.of(tunnelled);
    troubles.removeAll(Troubles.of(plain));
    assertThat(troubles)
        .as("problems that it does not have without the agent, in\n%s", tunnelled)
        .isEmpty();
  }

  private void assertNothingOpen() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (primary.openConnections() > 0 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20); // the server notices the end of a process a little later
    }
    assertThat(primary.openConnections()).as("open connections").isZero();
  }

  private Database plain() throws IOException {
    String url = alloyDb.postgresUrl();
    int port = Integer.parseInt(url.substring(url.lastIndexOf(':') + 1, url.lastIndexOf('/')));
    return new Database("127.0.0.1", port, List.of(), Map.of(), newDirectory("plain"));
  }

  private Database tunnelled() throws IOException {
    Map<String, String> environment = new HashMap<>(alloyDb.environment());
    environment.put("ALLOYDB_INSTANCES", HOST + "=" + primary.name());
    List<String> flags = List.of("-javaagent:" + Built.agentJar());
    return new Database(HOST, 5432, flags, environment, newDirectory("tunnelled"));
  }

  private Path newDirectory(String prefix) throws IOException {
    return Files.createTempDirectory(directory, prefix);
  }

  private void emptyDatabase() throws SQLException {
    try (Connection connection = alloyDb.superuser();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public AUTHORIZATION " + Database.USER);
      statement.execute("GRANT ALL ON SCHEMA public TO PUBLIC"); // as in a new database
    }
  }

  @Override
  public void close() {
    if (!isShared) {
      alloyDb.close();
    }
  }
}
