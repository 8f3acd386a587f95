package io.github.alloydbagent.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.time.Clock;
import io.github.alloydbagent.util.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureThrottleTest {
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60_000;
  private static final long HOUR = 3_600_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Log log =
      new Log(LogLevel.INFO, new PrintStream(bytes, true, StandardCharsets.UTF_8))
          .about("orders-db:5432", "projects/p");
  private long now = 1_700_000_000_000L;
  private final FailureThrottle trouble =
      new FailureThrottle(
          new Clock() {
            @Override
            public long wallMillis() {
              return now;
            }

            @Override
            public long nanoTime() {
              return now * 1_000_000;
            }
          });

  /** Returns the lines logged since the last call, without their timestamps. */
  private List<String> logged() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text.lines().map(line -> line.substring(line.indexOf(' ') + 1)).toList();
  }

  private void fail(int times, String kind) {
    for (int i = 0; i < times; i++) {
      trouble.failed(log, ErrorCode.TCP_REFUSED, kind, kind + " failed");
    }
  }

  @Test
  void warnsAboutTheFirstFailureAndCountsEqualOnes() {
    fail(100, "TCP");
    assertThat(logged()).containsExactly("WARN alloydb-agent: AAJ-401: TCP failed");
    now += 59 * SECOND;
    fail(100, "TCP");
    assertThat(logged()).isEmpty();
    now += SECOND;
    fail(100, "TCP");
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: failed again, 201 times since 2023-11-14T22:13:20Z: TCP failed");
  }

  @Test
  void aDayOfFrequentFailuresLogsFewerThanThirtyLines() {
    for (int second = 0; second < 86_400; second++) {
      fail(10, "TCP");
      now += SECOND;
    }
    // after 1, 3, 7, 15, 31 and 63 minutes, and then once an hour
    assertThat(logged()).hasSize(1 + 6 + 22);
  }

  @Test
  void warnsOnceAboutEachOtherKindImmediately() {
    for (int i = 0; i < 10; i++) {
      fail(1, "TCP");
      fail(1, "TLS");
    }
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: TCP failed",
            "WARN alloydb-agent: AAJ-401: failed again, 2 times since 2023-11-14T22:13:20Z: TLS failed");
  }

  @Test
  void manyKindsDoNotFillTheLog() {
    for (int i = 0; i < 1_000; i++) {
      fail(1, "kind " + i);
    }
    assertThat(logged()).hasSize(8);
  }

  @Test
  void reportsTheLengthOfAnOutageAfterRecovery() {
    assertThat(trouble.recovered()).isNull();
    fail(12, "TCP");
    assertThat(trouble.isOutageLogged()).isTrue();
    now += 4 * MINUTE + 10 * SECOND;
    assertThat(trouble.recovered()).isEqualTo("after 12 failures in 4 min");
    assertThat(trouble.isOutageLogged()).isFalse();
    assertThat(trouble.recovered()).isNull();
  }

  /** NTP or an administrator sets the clock during an outage. */
  @Test
  void changesOfTheWallClockDoNotAffectIntervals() {
    long[] wall = {1_700_000_000_000L};
    long[] nanos = {Long.MAX_VALUE - 5}; // the monotonic clock may overflow
    FailureThrottle stepped =
        new FailureThrottle(
            new Clock() {
              @Override
              public long wallMillis() {
                return wall[0];
              }

              @Override
              public long nanoTime() {
                return nanos[0];
              }
            });
    stepped.failed(log, ErrorCode.TCP_REFUSED, "TCP", "TCP failed");
    assertThat(logged()).hasSize(1);
    wall[0] += 24 * HOUR;
    stepped.failed(log, ErrorCode.TCP_REFUSED, "TCP", "TCP failed");
    assertThat(logged()).as("no minute has passed").isEmpty();
    wall[0] -= 48 * HOUR;
    nanos[0] += 60 * 1_000_000_000L;
    stepped.failed(log, ErrorCode.TCP_REFUSED, "TCP", "TCP failed");
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: failed again, 3 times since 2023-11-14T22:13:20Z: TCP failed");
    nanos[0] += 30 * 1_000_000_000L;
    assertThat(stepped.recovered()).isEqualTo("after 3 failures in 90 s");
  }

  @Test
  void formatsDurationsInWholeUnits() {
    fail(1, "TCP");
    assertThat(trouble.recovered()).isEqualTo("after 1 failure, 1 s ago");
    now += HOUR;
    fail(2, "TCP");
    now += 98_400;
    assertThat(trouble.recovered()).isEqualTo("after 2 failures in 98 s");
    now += HOUR;
    fail(2, "TCP");
    now += 26 * HOUR + 5 * MINUTE;
    assertThat(trouble.recovered()).isEqualTo("after 2 failures in 26 h 5 min");
  }

  @Test
  void repeatedRecoveriesAreOneOutageUntilAMinuteWithoutFailures() {
    int overs = 0;
    for (int i = 0; i < 600; i++) { // ten minutes in which half of the attempts fail
      fail(1, "TCP");
      overs += trouble.recovered() == null ? 0 : 1;
      now += SECOND;
    }
    assertThat(overs).as("after the first failure, and no more").isEqualTo(1);
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: TCP failed",
            "WARN alloydb-agent: AAJ-401: failed again, 61 times since 2023-11-14T22:13:20Z: TCP failed",
            "WARN alloydb-agent: AAJ-401: failed again, 121 times since 2023-11-14T22:13:20Z: TCP failed",
            "WARN alloydb-agent: AAJ-401: failed again, 241 times since 2023-11-14T22:13:20Z: TCP failed",
            "WARN alloydb-agent: AAJ-401: failed again, 481 times since 2023-11-14T22:13:20Z: TCP failed");
    now += MINUTE;
    assertThat(trouble.recovered()).isEqualTo("after 600 failures in 11 min");
  }

  @Test
  void aFailureAMinuteAfterRecoveryStartsANewOutage() {
    fail(5, "TCP");
    assertThat(trouble.recovered()).isNotNull();
    now += MINUTE;
    fail(1, "TCP");
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: TCP failed", "WARN alloydb-agent: AAJ-401: TCP failed");
  }

  @Test
  void failuresInPassingAreOnlyCounted() {
    trouble.failedWithoutWarning(log, "hiccup");
    assertThat(trouble.isOutageLogged()).isFalse();
    assertThat(trouble.recovered()).isNull();
    trouble.failedWithoutWarning(log, "hiccup");
    fail(1, "TCP");
    assertThat(logged())
        .containsExactly(
            "WARN alloydb-agent: AAJ-401: failed again, 2 times since 2023-11-14T22:13:20Z: TCP failed");
    assertThat(trouble.recovered()).isEqualTo("after 2 failures in 1 s");
  }

  @Test
  void logsEachFailureOnceAtLevelDebug() {
    Log all = new Log(LogLevel.DEBUG, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    trouble.failed(all, ErrorCode.TCP_REFUSED, "TCP", "one");
    trouble.failed(all, ErrorCode.TCP_REFUSED, "TCP", "two");
    assertThat(logged())
        .containsExactly("WARN alloydb-agent: AAJ-401: one", "DEBUG alloydb-agent: two");
  }

  @Test
  void hostAndInstanceAreMembersInJson() {
    trouble.failed(log.asJson(), ErrorCode.TCP_REFUSED, "TCP", "no connection");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .endsWith(
            "\"level\":\"WARN\",\"logger\":\"alloydb-agent\",\"message\":\"AAJ-401: no connection\",\"code\":\"AAJ-401\","
                + "\"host\":\"orders-db:5432\",\"instance\":\"projects/p\"}"
                + System.lineSeparator());
  }
}
