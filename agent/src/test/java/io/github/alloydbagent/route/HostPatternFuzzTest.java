package io.github.alloydbagent.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.alloydbagent.fuzz.Bounds;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses two hosts, one per line: equal hosts have equal patterns, and different hosts have
 * different patterns.
 */
class HostPatternFuzzTest {

  @FuzzTest
  void takesTheSameHostForTheSame(byte[] input) throws Exception {
    String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 2);
    HostPattern one = Bounds.hold(input, 200, () -> parsed(lines[0]));
    if (one == null) {
      return;
    }
    HostPattern printed = HostPattern.parse(one.toString());
    assertThat(printed).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(printed).hasToString(one.toString());

    String second = lines.length < 2 ? lines[0] : lines[1];
    HostPattern other = parsed(second);
    if (other == null || isPortOrWildcard(one) || isPortOrWildcard(other)) {
      return;
    }
    Routes<String> routes = Routes.of(Map.of(one, "one"));
    assertThat(routes.find(lines[0], 5432)).as("the host as it was mapped").isEqualTo("one");
    boolean meant = one.equals(other) || one.name().equals(HostPattern.withoutZone(other.name()));
    assertThat(routes.find(second, 5432) != null).isEqualTo(meant);
    assertThat(other.equals(one)).isEqualTo(one.equals(other));
  }

  private static boolean isPortOrWildcard(HostPattern pattern) {
    return pattern.isWildcard() || pattern.port() != HostPattern.ANY_PORT;
  }

  private static @Nullable HostPattern parsed(String text) {
    try {
      return HostPattern.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }
}
