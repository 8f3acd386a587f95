package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.Served;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Simulates hours of an application in minutes: certificates and tokens expire after one minute,
 * and each minute has 200 connections. Run by {@code mvn verify -Psoak}; {@code -Dsoak.minutes}
 * sets the duration.
 */
@Tag("soak")
class SoakIT {
  private static final Duration LIFETIME = Duration.ofSeconds(60);

  @Test
  void noConnectionFailsAndNothingGrows(@TempDir Path directory) throws Exception {
    int minutes = Integer.getInteger("soak.minutes", 30);
    try (LocalAlloyDb alloyDb = LocalAlloyDb.builder().instance("primary").start();
        LoadedJvm jvm = new LoadedJvm(directory, alloyDb)) {
      alloyDb.cluster().certificateLife(LIFETIME);
      alloyDb.tokens().life(LIFETIME);
      jvm.every(Duration.ofMillis(2_400)) // 8 threads: 200 connections a minute
          .deadline(Duration.ofMinutes(minutes + 2))
          .host("orders-db", alloyDb.instance("primary").name())
          .start()
          .awaitConnected();
      for (int minute = 0; minute <= minutes; minute++) {
        if (minute > 0) {
          TimeUnit.MINUTES.sleep(1);
        }
        jvm.measure();
        System.out.println(
            Instant.now()
                + " minute "
                + minute
                + ": API calls "
                + (alloyDb.count(Served.CONNECTION_INFO) + alloyDb.count(Served.CLIENT_CERTIFICATE))
                + ", token requests "
                + alloyDb.count(Served.TOKEN)
                + ", exchanges "
                + alloyDb.count(Served.EXCHANGE));
      }
      Attempts attempts = jvm.stop();
      print(attempts, minutes);

      attempts.assertNoFailure("orders-db");
      assertThat(attempts.all().size()).isGreaterThan(190 * minutes);
      assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE))
          .as("refreshes, about every half minute")
          .isBetween(minutes * 60L / 40, minutes * 2L + 3);
      assertThat(alloyDb.count(Served.TOKEN))
          .as("tokens of two scopes, every half minute")
          .isLessThan(minutes * 2L * 2 + 6);
      attempts.assertNothingLeaked();
    }
  }

  private static void print(Attempts attempts, int minutes) {
    System.out.printf(
        "soak of %d minutes: %d connections, %d failed%n",
        minutes, attempts.all().size(), attempts.failures("orders-db").size());
    for (int minute = 0; minute < attempts.held().size(); minute++) {
      Attempts.Held held = attempts.held().get(minute);
      System.out.printf(
          "minute %d: heap %d KiB, %d threads, %d files, %d tunnels%n",
          minute, held.heap() / 1024, held.threads().size(), held.files(), held.tunnels());
    }
    attempts.failures("orders-db").forEach(System.out::println);
  }
}
