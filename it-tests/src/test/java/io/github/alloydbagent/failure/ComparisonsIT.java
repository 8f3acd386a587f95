package io.github.alloydbagent.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.local.ExchangeFault;
import io.github.alloydbagent.local.LocalAlloyDb;
import io.github.alloydbagent.local.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the agent with measurements of Google's AlloyDB connector for Java, version 1.4.0, in
 * the same situations: 41 token requests for 40 connections; 62 s for a connection with {@code
 * connectTimeout=2} if the exchange is never answered; 8 of 10 connections failed after a change of
 * the authority; "Something unusual has occurred to cause the driver to fail" if the exchange is
 * refused.
 */
class ComparisonsIT {

  @Test
  void fortyConnectionsNeedOneTokenOfEachScope() throws Exception {
    try (LocalAlloyDb alloyDb = Servers.alloyDb().instance("primary").start()) {
      ManyHosts hosts = new ManyHosts(alloyDb).map("db", alloyDb.instance("primary").name());
      for (int i = 0; i < 40; i++) {
        hosts.connect("c" + i, "db", "&connectTimeout=50");
      }
      Outcomes outcomes = hosts.run();
      for (int i = 0; i < 40; i++) {
        assertThat(outcomes.of("c" + i).text()).isEqualTo("app");
      }
      assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(2);
      assertThat(alloyDb.count(Served.EXCHANGE)).isEqualTo(40);
    }
  }

  @Test
  void threeHundredConcurrentConnectionsOnAColdCacheNeedOneRefresh() throws Exception {
    try (LocalAlloyDb alloyDb = Servers.alloyDb().instance("primary").start()) {
      ManyHosts hosts = new ManyHosts(alloyDb).map("db", alloyDb.instance("primary").name());
      for (int i = 0; i < 300; i++) {
        hosts.connect("c" + i, "db", "&connectTimeout=50");
      }
      Outcomes outcomes = hosts.run();
      for (int i = 0; i < 300; i++) {
        assertThat(outcomes.of("c" + i).text()).isEqualTo("app");
      }
      assertThat(alloyDb.count(Served.CONNECTION_INFO)).isEqualTo(1);
      assertThat(alloyDb.count(Served.CLIENT_CERTIFICATE)).isEqualTo(1);
      assertThat(alloyDb.count(Served.TOKEN)).isEqualTo(2);
    }
  }

  @Test
  void driverTimeoutEndsAStalledExchangeAndARefusalShowsTheServersMessage(@TempDir Path directory)
      throws Exception {
    Path go = directory.resolve("go");
    try (LocalAlloyDb alloyDb = Servers.alloyDb().instance("silent").instance("refuses").start()) {
      alloyDb.instance("refuses").exchangeTrouble().set(ExchangeFault.error("not on a Monday"));
      ManyHosts hosts =
          new ManyHosts(alloyDb)
              .map("silent", alloyDb.instance("silent").name())
              .map("refuses", alloyDb.instance("refuses").name())
              .connect("before", "silent", "&connectTimeout=50")
              .await(go)
              .connect("silent", "&connectTimeout=2")
              .connect("refuses", "&connectTimeout=20");
      try (var jvm = hosts.start()) {
        jvm.awaitOut("before: ok");
        alloyDb.instance("silent").exchangeTrouble().set(ExchangeFault.stall());
        Files.createFile(go);
        Outcomes outcomes = new Outcomes(jvm.await().checkSucceeded());
        assertThat(outcomes.failure("silent")).contains("timed out after 2000 ms");
        assertThat(outcomes.of("silent").millis())
            .as("less than half of the connector's 62 s")
            .isBetween(1_900L, 31_000L);
        assertThat(outcomes.failure("refuses"))
            .contains("the server refused: not on a Monday.")
            .doesNotContain("Something unusual");
      }
    }
  }

  @Test
  void noConnectionFailsAfterAChangeOfTheAuthority(@TempDir Path directory) throws Exception {
    Path go = directory.resolve("go");
    try (LocalAlloyDb alloyDb = Servers.alloyDb().instance("primary").start()) {
      ManyHosts hosts =
          new ManyHosts(alloyDb)
              .map("db", alloyDb.instance("primary").name())
              .connect("before", "db", "&connectTimeout=50")
              .await(go);
      for (int i = 0; i < 10; i++) {
        hosts.connect("after" + i, "db", "&connectTimeout=20");
      }
      try (var jvm = hosts.start()) {
        jvm.awaitOut("before: ok");
        alloyDb.cluster().renewAuthority();
        Files.createFile(go);
        Outcomes outcomes = new Outcomes(jvm.await().checkSucceeded());
        for (int i = 0; i < 10; i++) {
          assertThat(outcomes.of("after" + i).text()).isEqualTo("app");
        }
      }
    }
  }
}
