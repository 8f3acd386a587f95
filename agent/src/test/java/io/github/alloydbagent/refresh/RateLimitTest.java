package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final RateLimit limit = new RateLimit();

  @Test
  void letsTwoPassAtOnceAndThenOneInThirtySeconds() {
    assertThat(limit.take(1_000)).isZero();
    assertThat(limit.take(1_000)).isZero();
    assertThat(limit.take(1_000)).isEqualTo(30_000);
    assertThat(limit.take(1_000)).isEqualTo(60_000);
  }

  @Test
  void countsTheTimeThatHasPassed() {
    limit.take(0);
    limit.take(0);
    assertThat(limit.take(20_000)).isEqualTo(10_000);
  }

  @Test
  void isFullAgainAfterAMinute() {
    limit.take(0);
    limit.take(0);
    assertThat(limit.take(60_000)).isZero();
    assertThat(limit.take(60_000)).isZero();
    assertThat(limit.take(60_000)).isEqualTo(30_000);
  }
}
