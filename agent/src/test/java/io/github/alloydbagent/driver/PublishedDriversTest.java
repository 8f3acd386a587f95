package io.github.alloydbagent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.alloydbagent.bootstrap.DriverGate;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs published drivers, woven and verified by the JVM, against a server that records what they
 * send. {@code -Ddrivers=directory} uses other jars than the sample that the build fetches.
 */
class PublishedDriversTest {

  private final List<String> warnings = new ArrayList<>();
  private final List<String> details = new ArrayList<>();
  private FakePostgres server;
  private FakeConnections connections;

  static Stream<File> drivers() {
    File[] jars =
        new File(System.getProperty("drivers", "../drivers/target/sample"))
            .listFiles((directory, name) -> name.endsWith(".jar"));
    return jars == null ? Stream.empty() : Arrays.stream(jars).sorted(Comparator.naturalOrder());
  }

  @BeforeEach
  void start() throws Exception {
    server = new FakePostgres();
    connections = new FakeConnections(server.port());
  }

  @AfterEach
  void stop() throws Exception {
    TestBridge.close();
    server.close();
  }

  @Test
  void sampleContainsEveryShape() {
    assertThat(drivers().map(File::getName))
        .hasSizeGreaterThanOrEqualTo(21)
        .anyMatch(name -> name.contains("7.4.1"))
        .anyMatch(name -> name.contains("edb"))
        .anyMatch(name -> name.contains("yugabyte"));
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void opensAMappedHostThroughATunnel(File jar) throws Exception {
    Driver driver = woven(jar);
    try (Connection connection = driver.connect(url(driver, mapped()), login())) {
      assertThat(connection.isClosed()).isFalse();
    }
    assertThat(server.requests()).containsExactly(FakePostgres.PROTOCOL_3);
    assertThat(server.startups()).singleElement().asString().contains("user app", "database db");
    assertThat(connections.made())
        .singleElement()
        .asString()
        .startsWith("alias.invalid:5439 within ");
    assertThat(warnings).isEmpty();
    assertThat(details).isNotEmpty().noneMatch(line -> line.contains("REFUSE"));
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void requestsNoEncryptionInsideTheTunnel(File jar) throws Exception {
    // this driver establishes TLS itself, inside the tunnel
    Assumptions.assumeFalse(jar.getName().contains("7.4.1"));
    Driver driver = woven(jar);
    for (String parameters :
        List.of(
            "ssl=true",
            "sslmode=require",
            "sslmode=verify-full&sslrootcert=/nowhere",
            "ssl=true&gssEncMode=require",
            "sslmode=require&sslNegotiation=direct")) {
      driver.connect(url(driver, mapped() + "?" + parameters), login()).close();
    }
    assertThat(server.requests()).hasSize(5).containsOnly(FakePostgres.PROTOCOL_3);
    assertThat(connections.made()).hasSize(5);
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void passesItsTimeoutToTheAgent(File jar) throws Exception {
    Driver driver = woven(jar);
    driver.connect(url(driver, mapped() + "?connectTimeout=7"), login()).close();
    boolean takesTimeout = details.stream().anyMatch(line -> line.contains("HostSpec;I"));
    String made = connections.made().get(0);
    // the newest drivers subtract the time that they have used
    assertThat(Integer.parseInt(made.substring(made.lastIndexOf(' ') + 1)))
        .isBetween(takesTimeout ? 5000 : 0, takesTimeout ? 7000 : 0);
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void cancelsThroughASeparateTunnel(File jar) throws Exception {
    Driver driver = woven(jar);
    try (Connection connection = driver.connect(url(driver, mapped()), login());
        Statement statement = connection.createStatement()) {
      CompletableFuture<Boolean> running =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return statement.execute("UPDATE " + FakePostgres.SLOW);
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(server.awaitSlowStatement()).isTrue();
      statement.cancel();
      running.get(20, TimeUnit.SECONDS);
    }
    assertThat(server.requests()).containsExactly(FakePostgres.PROTOCOL_3, FakePostgres.CANCEL);
    assertThat(connections.made()).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void opensOtherHostsDirectly(File jar) throws Exception {
    Driver driver = woven(jar);
    String here = "127.0.0.1:" + server.port() + "/db";
    driver.connect(url(driver, here), login()).close();
    assertThat(server.startups()).hasSize(1);
    assertThat(connections.made()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void failsOnOtherHostsAsWithoutTheAgent(File jar) throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Driver plain = driver(jar, WeavingLoader.plain(jar));
    Driver woven = woven(jar);
    for (String host : List.of("nowhere.invalid:5432/db", "127.0.0.1:" + closed + "/db")) {
      assertThat(failure(woven, host)).isNotEmpty().isEqualTo(failure(plain, host));
    }
    assertThat(connections.made()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void refusesEveryHostWhileTheConfigurationIsBroken(File jar) throws Exception {
    Driver driver = woven(jar);
    connections.breakConfiguration("the setting ip-type is PRIVAT");
    for (String host : List.of(mapped(), "127.0.0.1:" + server.port() + "/db")) {
      assertThat(failure(driver, host)).asString().contains("the setting ip-type is PRIVAT");
    }
    assertThat(server.requests()).isEmpty();
  }

  /** Returns the messages of an exception and its causes. */
  private static List<String> failure(Driver driver, String host) {
    SQLException thrown =
        catchThrowableOfType(SQLException.class, () -> driver.connect(url(driver, host), login()));
    List<String> all = new ArrayList<>();
    all.add(String.valueOf(thrown.getSQLState()));
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      // until 8.0, drivers write their stack trace into the message
      all.add(each.getClass().getName() + ": " + each.getMessage().lines().limit(3).toList());
    }
    return all;
  }

  /** Returns the messages of an exception and its causes, in one string. */
  static String messages(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      all.append(each).append('\n');
    }
    return all.toString();
  }

  private Driver woven(File jar) throws Exception {
    DriverNotices notices = new DriverNotices(warnings::add, details::add);
    TestBridge.open(new DriverHooks(connections, notices, () -> {}));
    DriverGate gate =
        new DriverGate(() -> new DriverWeaver(notices, new DriverPackages(List.of())));
    return driver(jar, new WeavingLoader(jar, gate));
  }

  static Driver driver(File jar, WeavingLoader loader) throws Exception {
    try (JarFile file = new JarFile(jar)) {
      for (String root : List.of("org.postgresql", "com.edb", "com.yugabyte")) {
        if (file.getEntry(root.replace('.', '/') + "/core/PGStream.class") != null) {
          return (Driver) loader.loadClass(root + ".Driver").getConstructor().newInstance();
        }
      }
    }
    return Assumptions.abort("a jar without classes");
  }

  private static String mapped() {
    return FakeConnections.MAPPED + ":5439/db";
  }

  static String url(Driver driver, String rest) throws SQLException {
    for (String name : List.of("postgresql", "edb", "yugabytedb")) {
      String url = "jdbc:" + name + "://" + rest;
      if (driver.acceptsURL(url)) {
        return url;
      }
    }
    throw new AssertionError("no scheme known for " + driver.getClass());
  }

  static Properties login() {
    Properties login = new Properties();
    login.setProperty("user", "app");
    login.setProperty("password", "never asked for");
    login.setProperty("load-balance", "false"); // Yugabyte 42.3.5-yb-7 fails without it
    return login;
  }

  @Test
  void serverReceivesAnEncryptionRequestWithoutTheHook() throws Exception {
    // the premise of requestsNoEncryptionInsideTheTunnel: without the hook the driver sends the
    // request
    File jar =
        drivers().filter(file -> file.getName().contains("42.2.5.")).findFirst().orElseThrow();
    Driver driver = driver(jar, WeavingLoader.plain(jar));
    Throwable refused =
        catchThrowable(
            () ->
                driver.connect(
                    url(driver, "127.0.0.1:" + server.port() + "/db?sslmode=require"), login()));
    assertThat(refused).isInstanceOf(SQLException.class);
    assertThat(server.requests()).containsExactly(80877103);
  }
}
