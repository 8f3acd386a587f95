package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TroublesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-24 10:00:00,123 ERROR [main] shop.Shop: it broke",
        "[main] WARN shop.Shop - it may break",
        "SEVERE: it broke",
        "Nov 24, 2026 10:00:00 AM shop.Shop run WARNING: it may break",
        "[FATAL] it broke",
        "\u001b[31mERROR\u001b[0;39m it broke",
        "java.net.SocketException: Broken pipe",
        "Exception in thread \"main\" java.lang.NoClassDefFoundError: shop/Shop",
        "Caused by: something",
        "\tat shop.Shop.run(Shop.java:12)"
      })
  void findsWarningsAndErrors(String line) {
    assertThat(Troubles.of("all is well\n" + line + "\nand goes on\n")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10:00:00 INFO [main] shop.Shop: started",
        "10:00:00 DEBUG errors: 0",
        "terrors and warnings and exceptions",
        "the ErrorPage at /error(s)",
        "looking at (this)"
      })
  void ignoresOtherLines(String line) {
    assertThat(Troubles.of(line)).isEmpty();
  }

  @Test
  void ignoresPartsThatDifferBetweenRuns(@TempDir Path one, @TempDir Path other) {
    String before =
        "10:00:00,001 [pool-1-thread-3] WARN Shop@1f2e3d4c: 5 of 7 in "
            + one
            + "/x, id 00ff00ff00\n";
    String after =
        "11:22:33,444 [pool-2-thread-9] WARN Shop@a0b1: 51 of 77 in "
            + other
            + "/x, id 12ab34cd5\n";
    assertThat(Troubles.of(after)).isEqualTo(Troubles.of(before)).hasSize(1);
  }

  @Test
  void ignoresTheThread() {
    String nine = "10:00:00 ERROR 77 --- [1-auto-1-exec-9] shop.Shop : it broke\n";
    String ten = "10:00:00 ERROR 78 --- [-auto-1-exec-10] shop.Shop : it broke\n";
    String other = "10:00:00 ERROR 78 --- [-auto-1-exec-10] shop.Till : it broke\n";
    assertThat(Troubles.of(nine + ten)).hasSize(1);
    assertThat(Troubles.of(nine + ten + other)).hasSize(2);
  }

  @Test
  void distinguishesTextAndLevel() {
    assertThat(Troubles.of("WARN slow\nWARN late\nERROR late\nshop.LateException: late\n"))
        .containsExactlyInAnyOrder(
            "WARN slow", "WARN late", "ERROR late", "shop.LateException: late");
  }
}
