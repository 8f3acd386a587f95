package io.github.alloydbagent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.alloydbagent.jvm.AlloyDbTest;
import io.github.alloydbagent.jvm.Built;
import io.github.alloydbagent.jvm.Jdk;
import io.github.alloydbagent.jvm.Jvm;
import io.github.alloydbagent.jvm.JvmResult;
import io.github.alloydbagent.jvm.Programs;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.LocalInstance;
import io.github.alloydbagent.local.Login;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the main use case: a program without any reference to AlloyDB connects to an instance. */
@AlloyDbTest(md5 = true)
class OrdersIT {

  private static final List<String> DRIVERS = Built.DRIVERS;
  private static final String NEWEST = DRIVERS.get(DRIVERS.size() - 1);

  private static final String URL = "jdbc:postgresql://orders-db/postgres";

  private static LocalAlloyDb alloyDb;
  private static LocalInstance primary;

  /** Combines the newest driver with every JDK, and all drivers with the oldest JDK. */
  static Stream<Arguments> programs() {
    return Stream.concat(
        Jdk.VERSIONS.stream().map(jdk -> Arguments.of(jdk, NEWEST)),
        DRIVERS.stream().filter(driver -> !driver.equals(NEWEST)).map(d -> Arguments.of(8, d)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void connectsWithOnlyAFlagAndTheEnvironment(int version, String driver) {
    Jdk jdk = Jdk.require(version);
    Jvm program = orders(jdk, Built.driver(driver), URL, "app", "secret");
    if (version >= 24) {
      program.flags("--sun-misc-unsafe-memory-access=deny");
    }

    checkAnswer(program.run(), "app");

    checkLogin("app", false);
  }

  @ParameterizedTest
  @FieldSource("DRIVERS")
  void logsInByIamWithoutAPassword(String driver) {
    String user = alloyDb.account().databaseUser();
    Jvm program =
        orders(Jdk.chosen(), Built.driver(driver), URL, user)
            .environment("ALLOYDB_AGENT_ENABLE_IAM_AUTH", "true");

    checkAnswer(program.run(), user);

    checkLogin(user, true);
  }

  private static Jvm orders(Jdk jdk, Path driver, String url, String... login) {
    return AgentOn.jvm(
        Programs.orders(jdk, driver, url, login), alloyDb, AgentOn.map("orders-db", primary));
  }

  /** Expects the program's own output and exactly two lines of the agent. */
  private static void checkAnswer(JvmResult result, String user) {
    result.checkSucceeded();
    List<String> out = result.outLines();
    assertThat(out).as(result.toString()).hasSize(6);
    assertThat(out.get(0)).matches("first row after: \\d+ ms from JVM start");
    assertThat(out.get(1)).startsWith("server: PostgreSQL 18");
    assertThat(out.subList(2, 6))
        .containsExactly(
            "user: " + user,
            "order 1: 1 x walnut desk",
            "order 2: 3 x reading lamp",
            "order 3: 5 x bücherregal");
    List<String> err = result.errLines();
    assertThat(err).as(result.toString()).hasSize(2);
    assertThat(err.get(0)).matches(AgentOn.startLine("1 host is mapped: orders-db"));
    assertThat(err.get(1)).matches(AgentOn.successLine("orders-db:5432", primary));
    assertThat(AgentOn.validUntil(err.get(1)))
        .isCloseTo(Instant.now().plus(Duration.ofHours(1)), within(2, ChronoUnit.MINUTES));
  }

  /** Checks the last login that the server-side proxy recorded. */
  private static void checkLogin(String user, boolean autoIam) {
    List<Login> logins = primary.logins();
    Login login = logins.get(logins.size() - 1);
    assertThat(login.user()).isEqualTo(user);
    assertThat(login.database()).isEqualTo("postgres");
    assertThat(login.exchange().tlsVersion()).isEqualTo("TLSv1.3");
    assertThat(login.exchange().autoIam()).isEqualTo(autoIam);
    assertThat(login.exchange().principal()).isEqualTo(alloyDb.account().email());
    assertThat(login.exchange().userAgent()).matches("alloydb-agent-java/\\d+\\.\\d+\\.\\S+");
    assertThat(alloyDb.lastApiUserAgent()).contains("alloydb-agent-java/");
  }
}
