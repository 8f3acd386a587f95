package io.github.alloydbagent.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.alloydbagent.jvm.Jdk;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tomcat, whose applications come and go. */
@Tag("compatibility")
class TomcatIT {

  @TempDir Path directory;

  @Test
  void tomcat11TakesTheDriverInItsLib() throws Exception {
    Tomcat tomcat = new Tomcat(Jdk.require(17), "tomcat-11", true);
    compare(tomcat, 1);
    new PageTable("applications")
        .holds("Tomcat " + tomcat.version(), "17", "a WAR, deployed twice", "yes", "yes");
  }

  @Test
  @Tag("heavy")
  void tomcat11KeepsNoClassLoaders() throws Exception {
    redeploy(new Tomcat(Jdk.require(21), "tomcat-11", true), "21", "driver in `lib`");
  }

  @Test
  @Tag("heavy")
  void tomcat11KeepsNoClassLoadersOfApplicationsWithTheDriver() throws Exception {
    redeploy(new Tomcat(Jdk.require(25), "tomcat-11", false), "25", "driver in the WAR");
  }

  @Test
  @Tag("heavy")
  void tomcat9KeepsNoClassLoaders() throws Exception {
    redeploy(new Tomcat(Jdk.require(11), "tomcat-9", true), "11", "driver in `lib`");
  }

  @Test
  @Tag("heavy")
  void tomcat9KeepsNoClassLoadersOfApplicationsWithTheDriver() throws Exception {
    redeploy(new Tomcat(Jdk.require(8), "tomcat-9", false), "8", "driver in the WAR");
  }

  private void redeploy(Tomcat tomcat, String java, String driver) throws Exception {
    compare(tomcat, 10);
    new PageTable("applications")
        .holds(
            "Tomcat " + tomcat.version() + ", " + driver,
            java,
            "a WAR, deployed again ten times; no class loader is left over",
            "yes",
            "yes");
  }

  private void compare(Tomcat tomcat, int redeployments) throws Exception {
    try (Comparison comparison = new Comparison(directory)) {
      comparison.run(database -> tomcat.run(database, redeployments));
    }
    System.out.println("LOADERS " + tomcat.loaders());
    // the manager's and the last one of the application
    assertThat(tomcat.loaders()).as("without the agent, and with it").containsExactly(2L, 2L);
  }
}
