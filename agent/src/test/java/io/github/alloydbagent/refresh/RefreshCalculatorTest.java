package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefreshCalculatorTest {

  @ParameterizedTest
  @CsvSource({
    "PT24H, PT12H", // half of what is left
    "PT2H, PT1H",
    "PT1H, PT30M",
    "PT59M59S, PT55M59S", // four minutes before the end
    "PT5M, PT1M",
    "PT4M, PT0S",
    "PT3M59S, PT0S", // now
    "PT0S, PT0S",
    "-PT1H, PT0S",
  })
  void refreshesAsGooglesConnectorsDo(Duration left, Duration delay) {
    long now = 1_700_000_000_000L;
    assertThat(RefreshCalculator.delay(now, now + left.toMillis())).isEqualTo(delay.toMillis());
  }
}
