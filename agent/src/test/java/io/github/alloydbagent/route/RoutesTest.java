package io.github.alloydbagent.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {

  private final Routes<String> routes =
      routes(
          "a", "a:5432", "a:5433", "*.db.example", "*.db.example:7", "x.db.example", "[::1]:5432");

  @ParameterizedTest
  @CsvSource({
    "a, 5432, a:5432",
    "A., 5433, a:5433",
    "a, 1, a",
    "y.db.example, 1, *.db.example",
    "y.db.example, 7, *.db.example:7",
    "x.db.example, 7, x.db.example",
    "0::1, 5432, [::1]:5432",
    "[::1], 5432, [::1]:5432",
  })
  void findsTheMostSpecific(String host, int port, String target) {
    assertThat(routes.find(host, port)).isEqualTo(target);
    assertThat(reversed().find(host, port)).isEqualTo(target);
  }

  @ParameterizedTest
  @CsvSource({"b, 5432", "db.example, 7", "z.y.db.example, 7", "::1, 5433", "'', 5432", "'.', 1"})
  void findsNothingForUnmappedHosts(String host, int port) {
    assertThat(routes.find(host, port)).isNull();
  }

  @Test
  void isEmptyWithoutMappings() {
    assertThat(routes().isEmpty()).isTrue();
    assertThat(routes().find("a", 1)).isNull();
    assertThat(routes("*.a").isEmpty()).isFalse();
    assertThat(routes("a").isEmpty()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5432, localhost, 5432, 127.0.0.1",
    "127.0.0.1:5432, LOCALHOST., 5432, 127.0.0.1",
    "127.0.0.1:5432, [::1], 5432, 127.0.0.1",
    "127.0.0.1, 0.0.0.0, 5432, 127.0.0.1",
    "localhost:5432, 127.1, 5432, localhost",
    "[::1]:5432, localhost, 5432, ::1",
  })
  void findsThisMachineUnderAnotherName(String mapped, String host, int port, String other) {
    assertThat(routes(mapped).find(host, port)).isNull();
    assertThat(routes(mapped).otherLoopback(host, port)).isEqualTo(other);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5432, localhost, 5433",
    "127.0.0.1:5432, 127.0.0.2, 5432",
    "127.0.0.1:5432, 127.0.0.1, 5433",
    "orders-db, localhost, 5432",
    "127.0.0.1:5432, orders-db, 5432",
  })
  void distinguishesOtherHostsFromThisMachine(String mapped, String host, int port) {
    assertThat(routes(mapped).otherLoopback(host, port)).isNull();
  }

  @Test
  void doesNotCopyALowerCaseHost() {
    String host = new String("orders-db.example");
    assertThat(CanonicalHost.of(host)).isSameAs(host);
  }

  private static Routes<String> routes(String... patterns) {
    Map<HostPattern, String> targets = new LinkedHashMap<>();
    for (String pattern : patterns) {
      targets.put(HostPattern.parse(pattern), pattern);
    }
    return Routes.of(targets);
  }

  private static Routes<String> reversed() {
    return routes(
        "[::1]:5432", "x.db.example", "*.db.example:7", "*.db.example", "a:5433", "a:5432", "a");
  }
}
