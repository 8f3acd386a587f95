package io.github.alloydbagent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.alloydbagent.bootstrap.DriverGate;
import java.io.File;
import java.lang.instrument.ClassFileTransformer;
import java.net.Socket;
import java.security.ProtectionDomain;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published drivers whose {@code PGStream} was loaded without the agent's changes, so that only the
 * guard in the classes that create streams remains. Such a driver can reach the mapped host.
 */
class UnwovenStreamTest {

  private static final String HOST = "127.0.0.1";

  private final List<String> details = new ArrayList<>();
  private final AtomicInteger repairs = new AtomicInteger();
  private final LoopbackMapping mapping = new LoopbackMapping();
  private FakePostgres server;

  static Stream<File> drivers() {
    return PublishedDriversTest.drivers();
  }

  @BeforeEach
  void start() throws Exception {
    server = new FakePostgres();
  }

  @AfterEach
  void stop() throws Exception {
    TestBridge.close();
    server.close();
  }

  @ParameterizedTest
  @MethodSource("drivers")
  @Timeout(60)
  void sendsNothingToAMappedHost(File jar) throws Exception {
    Driver driver = driverWithUnwovenStream(jar);
    mapping.isMapped = true;
    for (String parameters :
        List.of(
            "",
            "?sslmode=disable&gssEncMode=disable",
            "?ssl=true",
            "?sslmode=require",
            "?gssEncMode=prefer",
            "?sslmode=require&sslNegotiation=direct")) {
      Throwable refused =
          catchThrowable(
              () -> driver.connect(url(driver, parameters), PublishedDriversTest.login()));
      assertThat(refused).as(parameters).isInstanceOf(SQLException.class);
      assertThat(PublishedDriversTest.messages(refused))
          .as(parameters)
          .contains("AlloyDB Agent: AAJ-702: refused a connection to the mapped host 127.0.0.1:")
          .contains("Nothing was sent");
    }
    assertThat(server.bytesReceived()).isZero();
    assertThat(repairs).hasValueGreaterThanOrEqualTo(6);
  }

  @ParameterizedTest
  @MethodSource("drivers")
  @Timeout(60)
  void sendsNoCancelToAMappedHost(File jar) throws Exception {
    Driver driver = driverWithUnwovenStream(jar);
    try (Connection connection = driver.connect(url(driver, ""), PublishedDriversTest.login());
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
      mapping.isMapped = true;
      catchThrowable(statement::cancel); // some drivers report it, others do not
      server.endSlowStatement();
      running.get(20, TimeUnit.SECONDS);
    }
    assertThat(repairs).hasValue(1);
    assertThat(server.requests()).isNotEmpty().doesNotContain(FakePostgres.CANCEL);
  }

  @ParameterizedTest
  @MethodSource("drivers")
  void guardsEveryNewStream(File jar) throws Exception {
    Driver driver = driverWithUnwovenStream(jar);
    driver.connect(url(driver, ""), PublishedDriversTest.login()).close();
    assertThat(details)
        .anyMatch(line -> line.matches(".*new streams guarded: [1-9].*"))
        .filteredOn(line -> line.contains("new streams guarded: "))
        .allMatch(line -> line.contains("not guarded: 0,"));
  }

  private Driver driverWithUnwovenStream(File jar) throws Exception {
    DriverNotices notices = new DriverNotices(warning -> {}, details::add);
    TestBridge.open(new DriverHooks(mapping, notices, repairs::incrementAndGet));
    DriverGate gate =
        new DriverGate(() -> new DriverWeaver(notices, new DriverPackages(List.of())));
    ClassFileTransformer allButTheStream =
        new ClassFileTransformer() {
          @Override
          public byte[] transform(
              ClassLoader loader,
              String name,
              Class<?> redefined,
              ProtectionDomain domain,
              byte[] bytes) {
            return name.endsWith("/core/PGStream")
                ? null
                : gate.transform(loader, name, redefined, domain, bytes);
          }
        };
    return PublishedDriversTest.driver(jar, new WeavingLoader(jar, allButTheStream));
  }

  private String url(Driver driver, String parameters) throws SQLException {
    return PublishedDriversTest.url(driver, HOST + ":" + server.port() + "/db" + parameters);
  }

  /** One host, mapped or not, and no tunnels. */
  private static final class LoopbackMapping implements Connections {
    private volatile boolean isMapped;

    @Override
    public Route route(String host, int port, int timeoutMillis) {
      return isMapped && host.equals(HOST) ? new NoRoute() : null;
    }

    @Override
    public boolean isTunnel(Socket socket) {
      return false;
    }
  }

  private static final class NoRoute implements Connections.Route {
    @Override
    public Socket connect() {
      throw new AssertionError("the stream is not woven");
    }

    @Override
    public Connections.Route again(int timeoutMillis) {
      throw new AssertionError("the stream is not woven");
    }
  }
}
