package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.Exchange;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.Served;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a process, as a frozen container or a sleeping machine does, until its certificate and its
 * tokens have expired, so that none of its timers ran in time.
 */
class StoppedProcessIT {
  private static final Duration LIFETIME = Duration.ofSeconds(12);

  @Test
  void theFirstConnectionAfterwardsWaitsForANewCertificate(@TempDir Path directory)
      throws Exception {
    try (LocalAlloyDb alloyDb = LocalAlloyDb.builder().instance("primary").start();
        LoadedJvm jvm = new LoadedJvm(directory, alloyDb)) {
      alloyDb.cluster().certificateLife(LIFETIME);
      alloyDb.tokens().life(LIFETIME);
      jvm.every(Duration.ofMillis(400))
          .host("orders-db", alloyDb.instance("primary").name())
          .start()
          .awaitConnected();
      jvm.measure();
      signal(jvm, "STOP");
      long stopped = System.currentTimeMillis();
      TimeUnit.SECONDS.sleep(1); // the server still responds to earlier requests
      List<Exchange> before = alloyDb.instance("primary").exchanges();
      TimeUnit.MILLISECONDS.sleep(LIFETIME.toMillis());
      long certificates = alloyDb.count(Served.CLIENT_CERTIFICATE);
      assertThat(alloyDb.instance("primary").exchanges()).as("stopped").hasSameSizeAs(before);
      long continued = System.currentTimeMillis();
      signal(jvm, "CONT");
      TimeUnit.SECONDS.sleep(4);
      jvm.measure();
      Attempts attempts = jvm.stop();

      assertThat(attempts.between("orders-db", 0, stopped)).isNotEmpty();
      assertThat(attempts.between("orders-db", continued, Long.MAX_VALUE))
          .as("the first connections afterwards")
          .isNotEmpty()
          .allMatch(Attempts.Attempt::ok);
      assertThat(attempts.failures("orders-db"))
          .as("interrupted attempts, which may have timed out")
          .allMatch(failed -> failed.at() < continued);
      assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE)).isGreaterThan(certificates);
      attempts.assertNothingLeaked();
    }
  }

  private static void signal(LoadedJvm jvm, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(jvm.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
