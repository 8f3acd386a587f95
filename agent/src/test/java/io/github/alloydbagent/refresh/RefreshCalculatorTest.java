package io.github.alloydbagent.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefreshCalculatorTest {
  private static final long HOUR = 3_600_000;

  @ParameterizedTest
  @CsvSource({
    "PT24H, PT12H", // half of the remaining validity
    "PT2H, PT1H",
    "PT65M, PT32M30S",
    "PT1H1S, PT56M1S", // a clock that is a second late
    "PT1H, PT56M",
    "PT59M59S, PT55M59S", // four minutes before the end
    "PT5M, PT1M",
    "PT4M, PT0S",
    "PT3M59S, PT0S", // now
    "PT0S, PT0S",
    "-PT1H, PT0S",
  })
  void refreshesAsGooglesConnectorsDo(Duration left, Duration delay) {
    assertThat(RefreshCalculator.delayMillis(left.toMillis(), HOUR)).isEqualTo(delay.toMillis());
  }

  @ParameterizedTest
  @CsvSource({
    "PT1M, PT28.8S", // after a refresh at 36 s
    "PT59M59S, PT50M59S", // after a refresh at 55:59
    "PT24H, PT11H55M",
  })
  void theEarliestScheduledRefreshReplacesTheCertificate(Duration life, Duration earliest)
      throws Exception {
    VirtualTime time = new VirtualTime();
    ClientCertificate certificate =
        new ClientCertificate(
            SSLContext.getInstance("TLSv1.3"),
            List.of(),
            time,
            time.wallMillis() + life.toMillis(),
            life.toMillis());
    time.freeze(earliest.toMillis() - 1);
    assertThat(certificate.isDue()).isFalse();
    time.freeze(1);
    assertThat(certificate.isDue()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "PT10M, PT6M", // four minutes before the end, still
    "PT5M, PT3M", // two fifths before the end
    "PT1M, PT36S",
    "PT0S, PT0S",
    "-PT1H, PT0S",
  })
  void refreshesShortCertificatesTwoFifthsBeforeTheirExpiry(Duration life, Duration delay) {
    assertThat(RefreshCalculator.delayMillis(life.toMillis(), life.toMillis()))
        .isEqualTo(delay.toMillis());
  }
}
