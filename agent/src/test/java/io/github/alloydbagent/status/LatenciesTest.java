package io.github.alloydbagent.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void isZeroWithoutLatencies() {
    assertThat(latencies.percentile(0.5)).isZero();
    assertThat(latencies.count()).isZero();
  }

  @Test
  void interpolatesWithinABucket() {
    for (int i = 0; i < 90; i++) {
      add(12); // the bucket from 10 to 15
    }
    for (int i = 0; i < 10; i++) {
      add(800);
    }

    assertThat(latencies.percentile(0.5)).isBetween(12.7, 12.8);
    assertThat(latencies.percentile(0.95)).isBetween(700.0, 1000.0);
    assertThat(latencies.sumMillis()).isEqualTo(90 * 12 + 10 * 800);
    assertThat(latencies.countUpTo(25)).isEqualTo(90);
    assertThat(latencies.countUpTo(1000)).isEqualTo(100);
  }

  @Test
  void anUpperBoundBelongsToItsBucket() {
    add(5);

    assertThat(latencies.countUpTo(5)).isEqualTo(1);
    assertThat(latencies.countUpTo(3)).isZero();
  }

  @Test
  void countsLatenciesBeyondTheLastBound() {
    add(60_000);

    assertThat(latencies.count()).isEqualTo(1);
    assertThat(latencies.countUpTo(30_000)).isZero();
    assertThat(latencies.percentile(0.99)).isEqualTo(30_000);
  }

  private void add(long millis) {
    latencies.add(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
