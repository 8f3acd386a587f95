package io.github.alloydbagent.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final RateLimit limit = new RateLimit(2, 30_000);

  private long next(long second) {
    return TimeUnit.NANOSECONDS.toSeconds(limit.earliestStart(TimeUnit.SECONDS.toNanos(second)));
  }

  private void take(long second) {
    limit.take(TimeUnit.SECONDS.toNanos(second));
  }

  @Test
  void admitsABurstThenOneCallPerInterval() {
    assertThat(next(1)).isEqualTo(1);
    take(1);
    assertThat(next(1)).isEqualTo(1);
    take(1);
    assertThat(next(1)).isEqualTo(31);
    take(31);
    assertThat(next(31)).isEqualTo(61);
  }

  @Test
  void countsElapsedTime() {
    take(0);
    take(0);
    assertThat(next(20)).isEqualTo(30);
  }

  @Test
  void isFullAfterTheIntervalsOfTheBurst() {
    take(0);
    take(0);
    take(60);
    assertThat(next(60)).isEqualTo(60);
    take(60);
    assertThat(next(60)).isEqualTo(90);
  }

  @Test
  void doesNotCountAReturnedCall() {
    take(0);
    take(0);
    limit.refund();
    assertThat(next(0)).isZero();
  }
}
